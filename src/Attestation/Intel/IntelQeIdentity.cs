using System.Text.Json;

namespace SwarmCompute.Attestation;

/// <summary>What Intel says of its quoting enclave (Intel PCS API v4, enclave identity of version 2).</summary>
internal sealed class IntelQeIdentity
{
    private readonly byte[] _misc, _miscMask, _attributes, _attributesMask, _mrSigner;
    private readonly int _productId;
    private readonly IntelTcbLevel[] _levels;

    private IntelQeIdentity(JsonElement json)
    {
        Id = IntelJson.Text(json, "id");
        Version = IntelJson.Number(json, "version");
        IssueDate = IntelJson.Time(json, "issueDate");
        NextUpdate = IntelJson.Time(json, "nextUpdate");
        EvaluationNumber = IntelJson.Number(json, "tcbEvaluationDataNumber");
        _misc = IntelJson.Hex(json, "miscselect", 4);
        _miscMask = IntelJson.Hex(json, "miscselectMask", 4);
        _attributes = IntelJson.Hex(json, "attributes", 16);
        _attributesMask = IntelJson.Hex(json, "attributesMask", 16);
        _mrSigner = IntelJson.Hex(json, "mrsigner", 32);
        _productId = IntelJson.Number(json, "isvprodid", ushort.MaxValue);
        _levels = IntelJson.IdentityLevels(json);
    }

    public string Id { get; }

    public int Version { get; }

    public DateTimeOffset IssueDate { get; }

    public DateTimeOffset NextUpdate { get; }

    public int EvaluationNumber { get; }

    public static IntelQeIdentity? Parse(ReadOnlyMemory<byte> utf8)
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

    /// <summary>What of the report is not as it must be, as the end of a code; null where all is.</summary>
    public string? Problem(SgxReport report)
    {
        if (!report.MrSigner.SequenceEqual(_mrSigner)) return "signer";
        if (report.ProductId != _productId) return "product";
        if (!MaskedEquals(report.MiscSelect, _miscMask, _misc)) return "misc-select";
        return MaskedEquals(report.Attributes, _attributesMask, _attributes) ? null : "attributes";
    }

    public IntelTcbLevel? LevelOf(int svn) => IntelTcb.IdentityLevel(_levels, svn);

    private static bool MaskedEquals(ReadOnlySpan<byte> value, byte[] mask, byte[] expected)
    {
        for (var i = 0; i < expected.Length; i++)
            if ((value[i] & mask[i]) != expected[i]) return false;
        return true;
    }
}
