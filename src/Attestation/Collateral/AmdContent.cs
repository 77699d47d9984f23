using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>Whether an item is AMD's (AMD, "VCEK Certificate and KDS Interface Specification" 57230).</summary>
internal static class AmdContent
{
    public static CollateralContent? Vcek(CollateralItem item, SnpTrustRoots roots, out string fault)
    {
        var parts = item.Key.Parts;
        var line = CollateralKey.LineOf(parts[2])!.Value;
        if (Authorities(item.IssuerChain, line, SnpKeyKind.Vcek, roots, out fault) is not { } authorities) return null;
        fault = "it is no certificate";
        if (!PkiCertificate.TryParse(item.Body, out var leaf)) return null;
        var verdict = PkiChain.CheckForm([leaf!, .. authorities], authorities[^1].Hash,
            new(3, SnpVek.NameOf(SnpKeyKind.Vcek), PkiAlgorithm.RsaPssSha384));
        fault = verdict.Detail;
        if (!verdict.Holds) return null;
        fault = "it is of another chip, or of another version of the firmware";
        var chip = new byte[SnpReport.ChipIdSize];
        Convert.FromHexString(parts[3]).CopyTo(chip, 0);
        return SnpVek.TryRead(leaf!, SnpKeyKind.Vcek, out var vek) && vek!.Line == line && vek.IsOf(chip) && vek.Tcb.ToString() == parts[4]
            ? new(leaf!.NotBefore, leaf.NotAfter)
            : null;
    }

    public static CollateralContent? Chain(CollateralItem item, SnpTrustRoots roots, out string fault)
    {
        var (line, kind) = LineOf(item.Key);
        return Authorities(item.Body, line, kind, roots, out fault) is { } chain ? new(chain[0].NotBefore, PkiChain.ExpiresAt(chain)) : null;
    }

    public static CollateralContent? Crl(CollateralItem item, SnpTrustRoots roots, out string fault)
    {
        var (line, kind) = LineOf(item.Key);
        return Authorities(item.IssuerChain, line, kind, roots, out fault) is { } chain ? IntelContent.List(item, chain[^1], out fault) : null;
    }

    private static (SnpProductLine Line, SnpKeyKind Kind) LineOf(CollateralKey key)
    {
        var parts = key.Parts;
        return (CollateralKey.LineOf(parts[^2])!.Value, parts[1] == "vlek" ? SnpKeyKind.Vlek : SnpKeyKind.Vcek);
    }

    private static ImmutableArray<PkiCertificate>? Authorities(
        ReadOnlyMemory<byte>? bytes, SnpProductLine line, SnpKeyKind kind, SnpTrustRoots roots, out string fault)
    {
        fault = "there are no certificates of the authorities";
        if (bytes is not { } given || !PkiChain.TryParse(given, out var chain)) return null;
        fault = $"no root of {line} is trusted";
        if (!roots.Arks.TryGetValue(line, out var root)) return null;
        var name = kind == SnpKeyKind.Vlek ? $"SEV-VLEK-{line}" : $"SEV-{line}";
        var verdict = PkiChain.CheckForm(chain, root, new(2, name, PkiAlgorithm.RsaPssSha384, LeafIsAuthority: true));
        fault = verdict.Detail;
        return verdict.Holds ? chain : null;
    }
}
