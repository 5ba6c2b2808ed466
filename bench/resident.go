package main

import (
	"bufio"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
)

// resetPeak has Linux forget how much memory this process has had. Elsewhere, and where it may not, nothing happens.
func resetPeak() {
	debug.FreeOSMemory()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)
}

// peakResident is how much memory this process has had at most since then; 0 where nobody says.
func peakResident() uint64 { return kilobytes("/proc/self/status", "VmHWM:") }

// totalMemory is the machine's; 0 where nobody says.
func totalMemory() uint64 { return kilobytes("/proc/meminfo", "MemTotal:") }

// kilobytes reads a line such as "MemTotal:  16384 kB" as bytes.
func kilobytes(file, key string) uint64 {
	f, err := os.Open(file)
	if err != nil {
		return 0
	}
	defer func() { _ = f.Close() }()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if fields := strings.Fields(lines.Text()); len(fields) == 3 && fields[0] == key {
			n, _ := strconv.ParseUint(fields[1], 10, 64)
			return n << 10
		}
	}
	return 0
}
