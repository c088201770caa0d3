"""Limits of a process on Windows: a job object that the process puts itself into.

The numbers are those of ``winnt.h``; https://learn.microsoft.com/windows/win32/procthread/job-objects
"""

import ctypes
import sys
from ctypes import wintypes

_PROCESS_TIME = 0x0002
_PROCESS_MEMORY = 0x0100
_DIE_ON_UNHANDLED_EXCEPTION = 0x0400  # without the window that waits for somebody to close it
_BELOW_NORMAL = 0x4000  # BELOW_NORMAL_PRIORITY_CLASS
_EXTENDED_LIMITS = 9  # JobObjectExtendedLimitInformation
_TICKS = 10_000_000  # a second in units of 100 ns
OUT_OF_TIME = 1816  # ERROR_NOT_ENOUGH_QUOTA: how a process ends that used up its time


class _Basic(ctypes.Structure):
    _fields_ = (
        ("PerProcessUserTimeLimit", ctypes.c_int64),
        ("PerJobUserTimeLimit", ctypes.c_int64),
        ("LimitFlags", wintypes.DWORD),
        ("MinimumWorkingSetSize", ctypes.c_size_t),
        ("MaximumWorkingSetSize", ctypes.c_size_t),
        ("ActiveProcessLimit", wintypes.DWORD),
        ("Affinity", ctypes.c_size_t),
        ("PriorityClass", wintypes.DWORD),
        ("SchedulingClass", wintypes.DWORD),
    )


class _Extended(ctypes.Structure):
    _fields_ = (
        ("BasicLimitInformation", _Basic),
        ("IoInfo", ctypes.c_uint64 * 6),
        ("ProcessMemoryLimit", ctypes.c_size_t),
        ("JobMemoryLimit", ctypes.c_size_t),
        ("PeakProcessMemoryUsed", ctypes.c_size_t),
        ("PeakJobMemoryUsed", ctypes.c_size_t),
    )


class _Memory(ctypes.Structure):
    _fields_ = (
        ("dwLength", wintypes.DWORD),
        ("dwMemoryLoad", wintypes.DWORD),
        ("ullTotalPhys", ctypes.c_uint64),
        ("ullAvailPhys", ctypes.c_uint64),
        ("ullTotalPageFile", ctypes.c_uint64),
        ("ullAvailPageFile", ctypes.c_uint64),
        ("ullTotalVirtual", ctypes.c_uint64),
        ("ullAvailVirtual", ctypes.c_uint64),
        ("ullAvailExtendedVirtual", ctypes.c_uint64),
    )


class _Counters(ctypes.Structure):
    _fields_ = (
        ("cb", wintypes.DWORD),
        ("PageFaultCount", wintypes.DWORD),
        ("PeakWorkingSetSize", ctypes.c_size_t),
        ("WorkingSetSize", ctypes.c_size_t),
        ("QuotaPeakPagedPoolUsage", ctypes.c_size_t),
        ("QuotaPagedPoolUsage", ctypes.c_size_t),
        ("QuotaPeakNonPagedPoolUsage", ctypes.c_size_t),
        ("QuotaNonPagedPoolUsage", ctypes.c_size_t),
        ("PagefileUsage", ctypes.c_size_t),  # what the process has committed
        ("PeakPagefileUsage", ctypes.c_size_t),
    )


if sys.platform == "win32":
    _kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    _kernel.GetCurrentProcess.restype = wintypes.HANDLE
    _kernel.CreateJobObjectW.restype = wintypes.HANDLE
    _kernel.CreateJobObjectW.argtypes = (ctypes.c_void_p, wintypes.LPCWSTR)
    _kernel.AssignProcessToJobObject.argtypes = (wintypes.HANDLE, wintypes.HANDLE)
    _kernel.SetInformationJobObject.argtypes = (wintypes.HANDLE, ctypes.c_int, ctypes.c_void_p, wintypes.DWORD)
    _kernel.SetPriorityClass.argtypes = (wintypes.HANDLE, wintypes.DWORD)
    _kernel.GlobalMemoryStatusEx.argtypes = (ctypes.c_void_p,)
    _kernel.K32GetProcessMemoryInfo.argtypes = (wintypes.HANDLE, ctypes.c_void_p, wintypes.DWORD)

    def machine_bytes() -> int:
        """Return the memory of this machine."""
        memory = _Memory(dwLength=ctypes.sizeof(_Memory))
        _done(_kernel.GlobalMemoryStatusEx(ctypes.byref(memory)))
        return int(memory.ullTotalPhys)

    def confine(memory_bytes: int, cpu_s: int) -> None:
        """Put this process into a job with so much memory beyond what it has, and so much processor time."""
        own = _kernel.GetCurrentProcess()
        counters = _Counters(cb=ctypes.sizeof(_Counters))
        _done(_kernel.K32GetProcessMemoryInfo(own, ctypes.byref(counters), counters.cb))
        limits = _Extended(ProcessMemoryLimit=counters.PagefileUsage + memory_bytes)
        limits.BasicLimitInformation.PerProcessUserTimeLimit = cpu_s * _TICKS
        limits.BasicLimitInformation.LimitFlags = _PROCESS_TIME | _PROCESS_MEMORY | _DIE_ON_UNHANDLED_EXCEPTION
        job = _kernel.CreateJobObjectW(None, None)  # open until the process ends
        _done(job)
        _done(_kernel.SetInformationJobObject(job, _EXTENDED_LIMITS, ctypes.byref(limits), ctypes.sizeof(limits)))
        _done(_kernel.AssignProcessToJobObject(job, own))

    def step_back() -> None:
        """Let every other process go before this one."""
        _done(_kernel.SetPriorityClass(_kernel.GetCurrentProcess(), _BELOW_NORMAL))

    def _done(succeeded: object) -> None:
        if not succeeded:
            raise ctypes.WinError(ctypes.get_last_error())
