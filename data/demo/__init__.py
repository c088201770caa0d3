"""The demo city: real streets, everything on them invented."""

from data.demo.build import DemoReport as DemoReport
from data.demo.build import build as build
