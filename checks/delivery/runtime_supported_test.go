package delivery

import (
	"fmt"
	"strings"
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestRuntimeSupported(t *testing.T) { t.Parallel(); checktest.Run(t, runtimeSupported) }

func TestImageRuntimes(t *testing.T) {
	t.Parallel()
	for image, want := range map[string]string{
		"python:3.6":                           "python 3.6",
		"docker.io/library/node:12-alpine3.14": "node 12, alpine 3.14 aside",
		"node:erbium-buster-slim":              "node 12, debian 10 aside",
		"python:3.11-slim-bullseye":            "python 3.11, debian 11 aside",
		"php:7.2-apache":                       "php 7.2",
		"maven:3.6-jdk-8":                      "java 8",
		"gradle:7-jdk11":                       "java 11",
		"eclipse-temurin:17-jre-alpine":        "java 17",
		"rocker/shiny:4.0.5":                   "r 4.0.5",
		"tiangolo/uwsgi-nginx:python3.6":       "python 3.6",
		"mcr.microsoft.com/dotnet/aspnet:6.0":  "dotnet 6.0",
		"hexpm/elixir:1.14.0-erlang-25.0-debian-bullseye-20220801": "elixir 1.14.0, debian 11 aside, erlang 25.0",
		"gcr.io/distroless/java17-debian12":                        "java 17, debian 12 aside",
		"gcr.io/distroless/python3":                                "",
		"ubuntu:focal":                                             "ubuntu 20.04",
		"debian:stretch-slim":                                      "debian 9",
		"nginx:1.27.1-alpine":                                      "",
		"redis:5-buster":                                           "debian 10 aside",
		"python:${VERSION}":                                        "",
		"python":                                                   "",
		"python:latest":                                            "",
		"registry.exemple.fr/equipe/mon-image:r4":                  "",
	} {
		var got []string
		for _, r := range imageRuntimes(image) {
			text := fmt.Sprintf("%s %s", r.product, r.version)
			if r.aside {
				text += " aside"
			}
			got = append(got, text)
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s: %s, want %s", image, strings.Join(got, ", "), want)
		}
	}
}

func FuzzImageRuntimes(f *testing.F) {
	for _, seed := range []string{"python:3.6", "node:12-alpine3.14", "a/b:c-$D", "x@sha256:0", ":::--"} {
		f.Add(seed)
	}
	f.Fuzz(func(_ *testing.T, image string) { imageRuntimes(image) })
}
