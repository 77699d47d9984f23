using System.Globalization;
using System.Text.Json;

namespace SwarmCompute.Attestation;

/// <summary>What Intel says of the levels of one kind of platform (Intel PCS API v4, TCB info of version 3).</summary>
internal sealed class IntelTcbInfo
{
    private const int ModulesMax = 64;

    private readonly IntelModuleIdentity? _legacyModule;
    private readonly IntelModuleIdentity[] _modules = [];

    private IntelTcbInfo(JsonElement json)
    {
        Id = IntelJson.Text(json, "id");
        Version = IntelJson.Number(json, "version");
        IssueDate = IntelJson.Time(json, "issueDate");
        NextUpdate = IntelJson.Time(json, "nextUpdate");
        Fmspc = IntelJson.Hex(json, "fmspc", 6);
        PceId = IntelJson.Hex(json, "pceId", 2);
        EvaluationNumber = IntelJson.Number(json, "tcbEvaluationDataNumber");
        if (IntelJson.Number(json, "tcbType") != 0) throw new FormatException("The type is not known.");
        Levels = IntelJson.PlatformLevels(json, IsTdx);
        if (!IsTdx) return;
        _legacyModule = Module("", json.GetProperty("tdxModule"), []);
        if (json.TryGetProperty("tdxModuleIdentities", out var identities)) _modules = Modules(identities);
    }

    public string Id { get; }

    public int Version { get; }

    public bool IsTdx => Id == "TDX";

    public DateTimeOffset IssueDate { get; }

    public DateTimeOffset NextUpdate { get; }

    public byte[] Fmspc { get; }

    public byte[] PceId { get; }

    public int EvaluationNumber { get; }

    /// <summary>The levels, highest first.</summary>
    public IntelTcbLevel[] Levels { get; }

    public static IntelTcbInfo? Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = IntelJson.Open(utf8);
            return new(document.RootElement);
        }
        catch (Exception e) when (IntelJson.IsProblem(e))
        {
            return null;
        }
    }

    /// <summary>The module of a version: the second byte of TEE_TCB_SVN.</summary>
    public IntelModuleIdentity? ModuleOf(byte version)
    {
        if (version == 0) return _legacyModule;
        var id = string.Create(CultureInfo.InvariantCulture, $"TDX_{version:X2}");
        foreach (var module in _modules)
            if (module.Id.Equals(id, StringComparison.OrdinalIgnoreCase)) return module;
        return null;
    }

    /// <summary>The first level that the platform reaches in every component; TDX components count where there are any.</summary>
    public IntelTcbLevel? LevelOf(PckPlatform platform, ReadOnlySpan<byte> teeTcbSvn)
    {
        foreach (var level in Levels)
            if (platform.PceSvn >= level.Svn && Reaches(platform.Components, level.Sgx) && ReachesTdx(teeTcbSvn, level.Tdx)) return level;
        return null;
    }

    private static bool Reaches(ReadOnlySpan<int> has, int[] needs)
    {
        for (var i = 0; i < needs.Length; i++)
            if (has[i] < needs[i]) return false;
        return true;
    }

    // Where the module has a version, its first two bytes are judged by the module's own levels.
    private static bool ReachesTdx(ReadOnlySpan<byte> has, int[] needs)
    {
        if (has.IsEmpty) return true;
        if (needs.Length != has.Length) return false;
        for (var i = has[1] > 0 ? 2 : 0; i < needs.Length; i++)
            if (has[i] < needs[i]) return false;
        return true;
    }

    private static IntelModuleIdentity[] Modules(JsonElement identities)
    {
        if (identities.GetArrayLength() > ModulesMax) throw new FormatException("There are too many modules.");
        var modules = new List<IntelModuleIdentity>();
        foreach (var item in identities.EnumerateArray())
        {
            var module = Module(IntelJson.Text(item, "id"), item, IntelJson.IdentityLevels(item));
            if (modules.Exists(m => m.Id.Equals(module.Id, StringComparison.OrdinalIgnoreCase))) throw new FormatException("A module comes twice.");
            modules.Add(module);
        }
        return [.. modules];
    }

    private static IntelModuleIdentity Module(string id, JsonElement json, IntelTcbLevel[] levels) =>
        new(id, IntelJson.Hex(json, "mrsigner", 48), IntelJson.Hex(json, "attributes", 8), levels);
}
