using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>Whether an item is NVIDIA's.</summary>
internal static class NvidiaContent
{
    // What a responder that names no next update is believed for; the policy's default says the same.
    private static readonly TimeSpan OcspAge = TimeSpan.FromHours(24);

    public static CollateralContent? Rim(CollateralItem item, NvidiaRoots roots, out string fault)
    {
        if (NvidiaRim.Read(item.Body, out fault) is not { } rim) return null;
        fault = $"it is of version {Short(rim.Version)}";
        if (!IsOfVersion(item.Key.Parts[2], rim.Version)) return null;
        foreach (var check in NvidiaRimChecks.Origin("manifest", rim, roots.Rim, rim.Chain[0].NotBefore))
        {
            fault = $"{check.Name}: {check.Detail}";
            if (!check.Passed && check.Class != FailureClass.Transient) return null;
        }
        return new(rim.Chain[0].NotBefore, PkiChain.ExpiresAt(rim.Chain));
    }

    public static CollateralContent? Ocsp(CollateralItem item, NvidiaRoots roots, out string fault)
    {
        fault = "it is no response";
        if (OcspResponse.Read(item.Body) is not { } response) return null;
        fault = "it speaks of another certificate";
        if (Single(response, item.Key.Parts[2]) is not { } single) return null;
        if (Issuers(item, roots, out fault) is not [var issuer, ..]) return null;
        fault = $"it is not signed by '{issuer.SubjectCommonName}', nor by its responder";
        if (!OcspJudge.IsSigned(response, issuer, single.ThisUpdate)) return null;
        return new(single.ThisUpdate, single.NextUpdate ?? Later(single.ThisUpdate));
    }

    /// <summary>An id ends in the version: the driver's as it is, the VBIOS's without its dots.</summary>
    private static bool IsOfVersion(string id, string version) =>
        version.Length > 0 && (id.EndsWith("_" + version, StringComparison.OrdinalIgnoreCase)
            || id.EndsWith("_" + version.Replace(".", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase));

    private static OcspSingle? Single(OcspResponse response, string certificateId)
    {
        foreach (var single in response.Singles)
        {
            if (single.HashOid != OcspRequest.Sha384) continue;
            var id = OcspRequest.CertificateId(single.IssuerName.Span, single.IssuerKey.Span, single.Serial.Span);
            if (Convert.ToHexStringLower(Hash32.Sha256(id).ToArray()) == certificateId) return single;
        }
        return null;
    }

    private static ImmutableArray<PkiCertificate>? Issuers(CollateralItem item, NvidiaRoots roots, out string fault)
    {
        fault = "there are no certificates of the issuer";
        if (item.IssuerChain is not { } bytes || !PkiChain.TryParse(bytes, out var chain)) return null;
        var root = chain[^1].Hash == roots.Rim ? roots.Rim : roots.Device;
        var verdict = PkiChain.CheckForm(chain, root, new(chain.Length, null, PkiAlgorithm.EcdsaP384Sha384, LeafIsAuthority: true));
        fault = verdict.Detail;
        return verdict.Holds ? chain : null;
    }

    private static DateTimeOffset Later(DateTimeOffset time) => DateTimeOffset.MaxValue - time < OcspAge ? DateTimeOffset.MaxValue : time + OcspAge;

    private static string Short(string text) => text.Length <= 32 ? text : text[..32];
}
