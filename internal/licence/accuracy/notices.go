package main

import "github.com/perenne-audit/perenne/internal/licence"

// headers are the notices that licences ask for at the top of a file, in the
// words of their publishers, and what they put the work under.
var headers = []struct{ want, text string }{
	{"Apache-2.0", `Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0`},
	{"GPL-2.0-or-later", `This program is free software; you can redistribute it and/or modify it under the terms of the GNU General Public License as published by the Free Software Foundation; either version 2 of the License, or (at your option) any later version.`},
	{"GPL-2.0-only", `This program is free software; you can redistribute it and/or modify it under the terms of the GNU General Public License as published by the Free Software Foundation; version 2 of the License.`},
	{"GPL-3.0-or-later", `This program is free software: you can redistribute it and/or modify it under the terms of the GNU General Public License as published by the Free Software Foundation, either version 3 of the License, or (at your option) any later version.`},
	{"GPL-3.0-only", `This program is free software: you can redistribute it and/or modify it under the terms of the GNU General Public License as published by the Free Software Foundation, version 3.`},
	{"LGPL-2.1-or-later", `This library is free software; you can redistribute it and/or modify it under the terms of the GNU Lesser General Public License as published by the Free Software Foundation; either version 2.1 of the License, or (at your option) any later version.`},
	{"LGPL-3.0-or-later", `This program is free software: you can redistribute it and/or modify it under the terms of the GNU Lesser General Public License as published by the Free Software Foundation, either version 3 of the License, or (at your option) any later version.`},
	{"AGPL-3.0-or-later", `This program is free software: you can redistribute it and/or modify it under the terms of the GNU Affero General Public License as published by the Free Software Foundation, either version 3 of the License, or (at your option) any later version.`},
	{"AGPL-3.0-only", `This program is free software: you can redistribute it and/or modify it under the terms of the GNU Affero General Public License, version 3, as published by the Free Software Foundation.`},
	{"MPL-2.0", `This Source Code Form is subject to the terms of the Mozilla Public License, v. 2.0. If a copy of the MPL was not distributed with this file, You can obtain one at http://mozilla.org/MPL/2.0/.`},
	{"EPL-2.0", `This program and the accompanying materials are made available under the terms of the Eclipse Public License 2.0 which is available at https://www.eclipse.org/legal/epl-2.0/`},
	{"EUPL-1.2", `Licensed under the EUPL, Version 1.2 or - as soon they will be approved by the European Commission - subsequent versions of the EUPL (the "Licence"); You may not use this work except in compliance with the Licence.`},
	{"EUPL-1.2", `Licensed under the EUPL-1.2-or-later`},
	{"BSL-1.0", `Distributed under the Boost Software License, Version 1.0. (See accompanying file LICENSE_1_0.txt or copy at https://www.boost.org/LICENSE_1_0.txt)`},
	{"CECILL-2.1", `This software is governed by the CeCILL license under French law and abiding by the rules of distribution of free software. You can use, modify and/ or redistribute the software under the terms of the CeCILL license as circulated by CEA, CNRS and INRIA at the following URL "http://www.cecill.info".`},
	{"CECILL-2.1", `Ce logiciel est régi par la licence CeCILL soumise au droit français et respectant les principes de diffusion des logiciels libres. Vous pouvez utiliser, modifier et/ou redistribuer ce programme sous les conditions de la licence CeCILL telle que diffusée par le CEA, le CNRS et l'INRIA sur le site "http://www.cecill.info".`},
	{"CECILL-B", `Ce logiciel est régi par la licence CeCILL-B soumise au droit français et respectant les principes de diffusion des logiciels libres. Vous pouvez utiliser, modifier et/ou redistribuer ce programme sous les conditions de la licence CeCILL-B telle que diffusée par le CEA, le CNRS et l'INRIA sur le site "http://www.cecill.info".`},
	{"CECILL-C", `Ce logiciel est régi par la licence CeCILL-C soumise au droit français et respectant les principes de diffusion des logiciels libres. Vous pouvez utiliser, modifier et/ou redistribuer ce programme sous les conditions de la licence CeCILL-C telle que diffusée par le CEA, le CNRS et l'INRIA sur le site "http://www.cecill.info".`},
	{"AGPL-3.0-or-later", `Ce programme est un logiciel libre : vous pouvez le redistribuer ou le modifier suivant les termes de la GNU Affero General Public License telle que publiée par la Free Software Foundation, soit la version 3 de la licence, soit (à votre gré) toute version ultérieure.`},
	{"CC-BY-4.0", `This work is licensed under a Creative Commons Attribution 4.0 International License.`},
	{"CC-BY-SA-4.0", `Ce document est mis à disposition selon les termes de la Licence Creative Commons Attribution - Partage dans les Mêmes Conditions 4.0 International.`},
	{"CC-BY-NC-SA-4.0", `This work is licensed under a Creative Commons Attribution-NonCommercial-ShareAlike 4.0 International License.`},
	{"AGPL-3.0-or-later", `SPDX-License-Identifier: AGPL-3.0-or-later`},
	{"MIT", "<!--\nSPDX-FileCopyrightText: 2022 Direction des phares\nSPDX-License-Identifier: MIT\n-->"},
	{"Apache-2.0 AND MIT", "// SPDX-License-Identifier: MIT OR Apache-2.0"},
}

// notices judges the headers.
func notices() []outcome {
	var all []outcome
	for _, h := range headers {
		got := joined(licence.Recognise([]byte(h.text)).IDs(licence.Header))
		all = append(all, outcome{"notices alone", h.text[:min(len(h.text), 60)], h.want, got})
	}
	return all
}
