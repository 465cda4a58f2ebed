package container

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestStages(t *testing.T) {
	for name, test := range map[string]struct {
		content string
		want    []Stage
	}{
		"plain": {
			"FROM node:18\nUSER node\nEXPOSE 3000 8080/tcp\n",
			[]Stage{{Line: 1, From: "node:18", Image: "node:18", Resolved: true, Stage: -1, User: "node", UserLine: 2, Ports: []string{"3000", "8080/tcp"}}},
		},
		"ARG with a default": {
			"ARG V=20\nARG I=node:$V\nFROM --platform=$BUILDPLATFORM ${I}-alpine AS Build\n",
			[]Stage{{Name: "build", Line: 3, From: "${I}-alpine", Image: "node:20-alpine", Resolved: true, Stage: -1}},
		},
		"ARG without a default": {
			"ARG V\nFROM node:$V\n",
			[]Stage{{Line: 2, From: "node:$V", Image: "node:${V}", Stage: -1}},
		},
		"ARG with an empty default": {
			"ARG V=\nFROM node:$V\n",
			[]Stage{{Line: 2, From: "node:$V", Image: "node:$V", Stage: -1}},
		},
		"ARG of a stage is not seen by FROM": {
			"FROM alpine:3\nARG V=18\nFROM node:${V:-16}\n",
			[]Stage{
				{Line: 1, From: "alpine:3", Image: "alpine:3", Resolved: true, Stage: -1},
				{Line: 3, From: "node:${V:-16}", Image: "node:16", Resolved: true, Stage: -1},
			},
		},
		"inherited": {
			"FROM alpine:3 AS base\nARG U=app\nENV W=$U\nUSER $W:grp\nEXPOSE 80\nHEALTHCHECK CMD true\nFROM base\nFROM base\nUSER ${U}2\nHEALTHCHECK NONE\n",
			[]Stage{
				{Name: "base", Line: 1, From: "alpine:3", Image: "alpine:3", Resolved: true, Stage: -1, User: "app:grp", UserLine: 4, Ports: []string{"80"}, Healthcheck: 6},
				{Line: 7, From: "base", Image: "base", Resolved: true, Stage: 0, User: "app:grp", UserLine: 4, Ports: []string{"80"}, Healthcheck: 6},
				{Line: 8, From: "base", Image: "base", Resolved: true, Stage: 0, User: "app2", UserLine: 9, Ports: []string{"80"}},
			},
		},
		"global ARG named again": {
			"ARG UID=1000\nFROM alpine:3\nUSER $UID\nARG UID\nUSER $UID\n",
			[]Stage{{Line: 2, From: "alpine:3", Image: "alpine:3", Resolved: true, Stage: -1, User: "1000", UserLine: 5}},
		},
		"user nobody knows": {
			"FROM alpine:3\nARG UID\nUSER ${UID}:1\n",
			[]Stage{{Line: 1, From: "alpine:3", Image: "alpine:3", Resolved: true, Stage: -1, User: "${UID}:1", UserLine: 3}},
		},
		"directives, continuation, comments, heredoc": {
			"# syntax=docker/dockerfile:1\n# escape=`\n\nFROM `\n# why\n  alpine:3\nRUN <<EOF\nUSER root\nFROM x\nEOF\nUSER \"app\"\n",
			[]Stage{{Line: 4, From: "alpine:3", Image: "alpine:3", Resolved: true, Stage: -1, User: "app", UserLine: 11}},
		},
		"ONBUILD waits for the next stage": {
			"FROM alpine:3 AS base\nUSER app\nONBUILD USER root\nFROM base\n",
			[]Stage{
				{Name: "base", Line: 1, From: "alpine:3", Image: "alpine:3", Resolved: true, Stage: -1, User: "app", UserLine: 2},
				{Line: 4, From: "base", Image: "base", Resolved: true, Stage: 0, User: "root", UserLine: 4},
			},
		},
		"what gets in and what starts": {
			"FROM node:22 AS build\nCOPY . .\nFROM node:22 AS tools\nRUN npm install -g eslint@9\nADD https://example.org/a.tgz /\nCMD npx eslint\nFROM tools\nCOPY --from=build /a /a\nENTRYPOINT [\"/a\"]\n",
			[]Stage{
				{Name: "build", Line: 1, From: "node:22", Image: "node:22", Resolved: true, Stage: -1, Holds: true},
				{Name: "tools", Line: 3, From: "node:22", Image: "node:22", Resolved: true, Stage: -1, InstallsTool: true, Starts: []string{"npx", "eslint"}},
				{Line: 7, From: "tools", Image: "tools", Resolved: true, Stage: 1, Holds: true, InstallsTool: true, Starts: []string{"/a"}},
			},
		},
		"unknown flags of other instructions pass": {
			"FROM alpine:3\nRUN --tomorrow=x true\nCOPY --new a b\nHEALTHCHECK --often CMD x\n",
			[]Stage{{Line: 1, From: "alpine:3", Image: "alpine:3", Resolved: true, Stage: -1}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := parseDockerfile([]byte(test.content), nil)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
