// Package gitserve serves bare repositories over smart HTTP with the real
// git http-backend, for tests and benchmarks. The program itself never runs
// git.
package gitserve

import (
	"fmt"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
)

// Start serves the repositories below root on a loopback address. With filters,
// clients may ask for a part of the objects, as the large forges allow. The
// caller closes the server. The error says that git or its http-backend is
// missing.
func Start(root string, filters bool) (*httptest.Server, error) {
	handler, err := Handler(root, filters)
	if err != nil {
		return nil, err
	}
	return httptest.NewServer(handler), nil
}

// Handler is Start without the server.
func Handler(root string, filters bool) (http.Handler, error) {
	path, err := exec.Command("git", "--exec-path").Output()
	if err != nil {
		return nil, fmt.Errorf("find git (install the package git): %w", err)
	}
	backend := filepath.Join(strings.TrimSpace(string(path)), "git-http-backend")
	if _, err := exec.LookPath(backend); err != nil {
		return nil, fmt.Errorf("find git http-backend (install the package git): %w", err)
	}
	settings := []string{
		"GIT_PROJECT_ROOT=" + root, "GIT_HTTP_EXPORT_ALL=1", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_COUNT=3",
		"GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*",
		"GIT_CONFIG_KEY_1=uploadpack.allowFilter", fmt.Sprintf("GIT_CONFIG_VALUE_1=%t", filters),
		"GIT_CONFIG_KEY_2=http.receivepack", "GIT_CONFIG_VALUE_2=false",
	}
	return &cgi.Handler{Path: backend, Env: settings, InheritEnv: []string{"PATH"}}, nil
}
