using System.Buffers;
using System.Globalization;

namespace SwarmCompute.Attestation;

/// <summary>Names one item that a vendor publishes, the same everywhere: <c>intel/tdx/tcb/00806f050000</c>, <c>amd/milan/chain</c>, <c>nvidia/rim/…</c>.</summary>
public sealed record CollateralKey
{
    /// <summary>The most characters.</summary>
    public const int LengthMax = 200;

    private const int RimIdMax = 96;
    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    private CollateralKey(string text, CollateralKind kind) => (Text, Kind) = (text, kind);

    /// <summary>The name: letters, digits, <c>. _ -</c>, in parts between slashes.</summary>
    public string Text { get; }

    /// <summary>Whose service has it, and what it is.</summary>
    internal CollateralKind Kind { get; }

    /// <summary>The parts between the slashes.</summary>
    internal string[] Parts => Text.Split('/');

    /// <summary>Reads a name; false where it names nothing that a vendor publishes.</summary>
    public static bool TryParse(string? text, out CollateralKey? key)
    {
        key = text is { Length: > 0 and <= LengthMax } && KindOf(text.Split('/')) is { } kind ? new(text, kind) : null;
        return key is not null;
    }

    /// <inheritdoc />
    public override string ToString() => Text;

    internal static CollateralKey Tcb(bool isTdx, ReadOnlySpan<byte> fmspc) => Of($"intel/{Tee(isTdx)}/tcb/{Convert.ToHexStringLower(fmspc)}");

    internal static CollateralKey QeIdentity(bool isTdx) => Of($"intel/{Tee(isTdx)}/qe-identity");

    internal static CollateralKey PckCrl(bool isPlatform) => Of($"intel/pck-crl/{(isPlatform ? "platform" : "processor")}");

    internal static CollateralKey RootCrl() => Of("intel/root-crl");

    internal static CollateralKey Vcek(SnpProductLine line, ReadOnlySpan<byte> chip, SnpTcb tcb) =>
        Of($"amd/vcek/{Name(line)}/{Convert.ToHexStringLower(chip)}/{tcb.Raw.ToString("x16", CultureInfo.InvariantCulture)}");

    internal static CollateralKey AmdChain(SnpProductLine line, SnpKeyKind kind) => Of($"amd/{Vlek(kind)}{Name(line)}/chain");

    internal static CollateralKey AmdCrl(SnpProductLine line, SnpKeyKind kind) => Of($"amd/{Vlek(kind)}{Name(line)}/crl");

    internal static CollateralKey Ocsp(Hash32 certificateId) => Of($"nvidia/ocsp/{Convert.ToHexStringLower(certificateId.ToArray())}");

    /// <summary>The manifest of an id; null where the id, which evidence made up, is none.</summary>
    internal static CollateralKey? Rim(string id) => TryParse($"nvidia/rim/{id}", out var key) ? key : null;

    /// <summary>AMD's line that a part names; null where it names none.</summary>
    internal static SnpProductLine? LineOf(string part) => part switch
    {
        "milan" => SnpProductLine.Milan,
        "genoa" => SnpProductLine.Genoa,
        "turin" => SnpProductLine.Turin,
        _ => null,
    };

    private static CollateralKey Of(string text) => TryParse(text, out var key) ? key! : throw new ArgumentException($"'{text}' names no collateral.", nameof(text));

    private static CollateralKind? KindOf(string[] parts) => parts switch
    {
        ["intel", "tdx" or "sgx", "tcb", var fmspc] when IsHex(fmspc, 12) => CollateralKind.IntelTcb,
        ["intel", "tdx" or "sgx", "qe-identity"] => CollateralKind.IntelQeIdentity,
        ["intel", "pck-crl", "platform" or "processor"] => CollateralKind.IntelPckCrl,
        ["intel", "root-crl"] => CollateralKind.IntelRootCrl,
        ["amd", "vcek", var line, var chip, var tcb] when LineOf(line) is { } known && IsHex(chip, ChipDigits(known)) && IsHex(tcb, 16) => CollateralKind.AmdVcek,
        ["amd", var line, "chain"] when LineOf(line) is not null => CollateralKind.AmdChain,
        ["amd", "vlek", var line, "chain"] when LineOf(line) is not null => CollateralKind.AmdChain,
        ["amd", var line, "crl"] when LineOf(line) is not null => CollateralKind.AmdCrl,
        ["amd", "vlek", var line, "crl"] when LineOf(line) is not null => CollateralKind.AmdCrl,
        ["nvidia", "rim", var id] when IsRimId(id) => CollateralKind.NvidiaRim,
        ["nvidia", "ocsp", var hash] when IsHex(hash, 2 * Hash32.Size) => CollateralKind.NvidiaOcsp,
        _ => null,
    };

    /// <summary>Turin's chips have ids of 8 bytes, the others' of 64.</summary>
    private static int ChipDigits(SnpProductLine line) => line == SnpProductLine.Turin ? 16 : 2 * SnpReport.ChipIdSize;

    private static bool IsHex(string text, int length) => text.Length == length && !text.AsSpan().ContainsAnyExcept(LowerHex);

    private static bool IsRimId(string id)
    {
        if (id.Length > RimIdMax || !id.StartsWith("NV_", StringComparison.Ordinal)) return false;
        foreach (var c in id)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-')) return false;
        return true;
    }

    private static string Tee(bool isTdx) => isTdx ? "tdx" : "sgx";

    private static string Vlek(SnpKeyKind kind) => kind == SnpKeyKind.Vlek ? "vlek/" : "";

    private static string Name(SnpProductLine line) => line.ToString().ToLowerInvariant();
}
