using System.Text.Json.Nodes;

namespace SwarmCompute.Attestation.Tests;

/// <summary>What Intel signs, as minted collateral has it: a platform with components 3,3 and PCESVN 13 is current.</summary>
internal static class IntelTexts
{
    public static JsonObject TcbInfo(bool tdx)
    {
        var levels = new JsonArray(
            Level(tdx, 3, 13, "UpToDate", "2025-11-13"), Level(tdx, 2, 13, "ConfigurationAndSWHardeningNeeded", "2025-11-13", "INTEL-SA-00001"),
            Level(tdx, 1, 13, "OutOfDate", "2026-05-20", "INTEL-SA-00002"), Level(tdx, 0, 5, "Revoked", "2020-01-01"));
        var info = new JsonObject
        {
            ["id"] = tdx ? "TDX" : "SGX",
            ["version"] = 3,
            ["issueDate"] = "2026-05-15T00:00:00Z",
            ["nextUpdate"] = "2026-06-15T00:00:00Z",
            ["fmspc"] = "B0C06F000000",
            ["pceId"] = "0000",
            ["tcbType"] = 0,
            ["tcbEvaluationDataNumber"] = 18,
            ["tcbLevels"] = levels,
        };
        if (!tdx) return info;
        info["tdxModule"] = Module(null);
        info["tdxModuleIdentities"] = new JsonArray(Module("TDX_01", (6, "UpToDate"), (4, "OutOfDate"), (2, "Revoked")), Module("TDX_03", (3, "UpToDate")));
        return info;
    }

    public static JsonObject QeIdentity(bool tdx) => new()
    {
        ["id"] = tdx ? "TD_QE" : "QE",
        ["version"] = 2,
        ["issueDate"] = "2026-05-16T00:00:00Z",
        ["nextUpdate"] = "2026-06-16T00:00:00Z",
        ["tcbEvaluationDataNumber"] = 18,
        ["miscselect"] = "00000000",
        ["miscselectMask"] = "FFFFFFFF",
        ["attributes"] = "11000000000000000000000000000000",
        ["attributesMask"] = "FBFFFFFFFFFFFFFF0000000000000000",
        ["mrsigner"] = string.Concat(Enumerable.Repeat("DC", 32)),
        ["isvprodid"] = tdx ? 2 : 1,
        ["tcbLevels"] = new JsonArray(Svn(6, "UpToDate"), Svn(5, "OutOfDate"), Svn(3, "Revoked")),
    };

    private static JsonObject Level(bool tdx, int component, int pceSvn, string status, string date, params string[] advisories)
    {
        var tcb = new JsonObject { ["sgxtcbcomponents"] = Components(component, component), ["pcesvn"] = pceSvn };
        if (tdx) tcb["tdxtcbcomponents"] = Components(5, 0, component);
        return new()
        {
            ["tcb"] = tcb,
            ["tcbDate"] = date + "T00:00:00Z",
            ["tcbStatus"] = status,
            ["advisoryIDs"] = new JsonArray([.. advisories.Select(a => (JsonNode)a)]),
        };
    }

    private static JsonObject Module(string? id, params (int Svn, string Status)[] levels)
    {
        var module = new JsonObject { ["mrsigner"] = new string('0', 96), ["attributes"] = new string('0', 16), ["attributesMask"] = new string('F', 16) };
        if (id is null) return module;
        module["id"] = id;
        module["tcbLevels"] = new JsonArray([.. levels.Select(l => (JsonNode)Svn(l.Svn, l.Status))]);
        return module;
    }

    private static JsonObject Svn(int svn, string status) =>
        new() { ["tcb"] = new JsonObject { ["isvsvn"] = svn }, ["tcbDate"] = "2025-03-13T00:00:00Z", ["tcbStatus"] = status };

    private static JsonArray Components(params int[] first) =>
        new([.. Enumerable.Range(0, 16).Select(i => (JsonNode)new JsonObject { ["svn"] = i < first.Length ? first[i] : 0 })]);
}
