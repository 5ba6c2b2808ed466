package api

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
)

// CheckListen refuses to listen where others than this machine could call without saying who they are.
func CheckListen(addr string, tokens *Tokens) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("PIMNOTIFY_LISTEN: must be host:port such as 127.0.0.1:8080, not %q", addr)
	}
	if tokens != nil || isLoopback(host) {
		return nil
	}
	return fmt.Errorf("PIMNOTIFY_LISTEN: %s can be reached from other machines, and anybody could call: name a file of tokens in PIMNOTIFY_API_TOKENS, or listen on 127.0.0.1", addr)
}

// isLoopback reports whether a host is this machine and no other. No name is looked up: localhost is what it says, and any other
// name may mean something else tomorrow.
func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && ip.Unmap().IsLoopback()
}
