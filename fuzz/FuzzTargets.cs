using System.Text;
using SwarmCompute.Attestation;
using SwarmCompute.Guest.Authority;

namespace SwarmCompute.Fuzz;

/// <summary>All parsers of what comes from outside, each with where its inputs start.</summary>
internal static class FuzzTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("IntelQuoteTarget", b => IntelQuote.TryParse(b, out _, out _, out _), FuzzSeeds.Quotes),
        new("IntelCollateralTarget", b => IntelCollateral.Parse(b) is not null, FuzzSeeds.Collateral),
        new("IntelSplitTarget", b => IntelCollateral.Split(b, "tcbInfo") is not null, FuzzSeeds.TcbBodies),
        new("IntelTcbInfoTarget", b => IntelTcbInfo.Parse(b) is not null, FuzzSeeds.TcbInfos),
        new("IntelQeIdentityTarget", b => IntelQeIdentity.Parse(b) is not null, FuzzSeeds.QeIdentities),
        new("PckPlatformTarget", b => CertificateShell.Around(PckPlatform.ExtensionOid, b) is { } c && PckPlatform.TryParse(c, out _), FuzzSeeds.PckExtensions),
        new("PkiCertificateTarget", b => PkiCertificate.TryParse(b, out var c) && c!.UnknownCriticalExtension() is null, FuzzSeeds.Certificates),
        new("PkiKeyTarget", b => PkiKey.Import(b) is not null, FuzzSeeds.Keys),
        new("RevocationListTarget", b => RevocationList.TryParse(b, out var list) && list!.Contains([1]), FuzzSeeds.Lists),
        new("PemBlocksTarget", b => PemBlocks.TryRead(b, "CERTIFICATE", 8, out _) | PemBlocks.TrySplitDer(b, 8, out _), FuzzSeeds.Pem),
        new("SnpReportTarget", b => SnpVerifier.Verify(b, null, FuzzSeeds.At, null, SnpPolicy.Strict).Verdict == Verdict.Accepted, FuzzSeeds.SnpReports),
        new("SnpEndorsementsTarget", b => SnpEndorsements.Read(b).IsReadable, FuzzSeeds.Endorsements),
        new("SnpVekTarget", b => CertificateShell.OfVek(b) is { } c && SnpVek.TryRead(c, SnpKeyKind.Vcek, out _) | SnpVek.TryRead(c, SnpKeyKind.Vlek, out _), FuzzSeeds.VekExtensions),
        new("NvidiaReportTarget", b => NvidiaReport.Read(b, out _) is { } r && r.Opaque.Driver.Length + r.Opaque.Vbios.Length > 0, FuzzSeeds.NvidiaReports),
        new("RimXmlTarget", b => NvidiaRim.Read(b, out _) is not null, FuzzSeeds.Manifests) { BytesMax = 32 * 1024 },
        new("OcspResponseTarget", b => OcspResponse.Read(b) is not null, FuzzSeeds.OcspResponses),
        new("CborDocumentTarget", b => CborDocument.Read(b, out _) is not null, FuzzSeeds.CcaTokens),
        new("CoseSign1Target", b => CoseSign1.Read(b, out _) is not null, FuzzSeeds.CoseMessages),
        new("CcaTokenTarget", b => CcaToken.Read(b, out _) is not null, FuzzSeeds.CcaTokens),
        new("CcaKeyTarget", b => CcaKey.Parse(Encoding.UTF8.GetString(b)) is not null, FuzzSeeds.CcaKeys) { Documented = typeof(FormatException) },
        new("CcelLogTarget", b => CcelLog.TryRead(b, out var events) && RtmrReplay.Replay(events).Length > 0, FuzzSeeds.CcelLogs),
        new("DstackEventLogTarget", b => DstackEventLog.TryRead(b, out var events) && RtmrReplay.Replay(events).Length > 0, FuzzSeeds.DstackLogs),
        new("OvmfTableTarget", b => OvmfTable.TryFind(b, FuzzSeeds.OvmfEntry, out _), FuzzSeeds.Firmware),
        new("SnpFirmwareTarget", b => SnpFirmware.TryRead(b, [], out _), FuzzSeeds.Firmware),
        new("TdxFirmwareTarget", b => TdxFirmware.TryRead(b, out _), FuzzSeeds.Firmware),
        new("DevelopmentEvidenceTarget", b => DevelopmentEvidence.TryRead(b) is not null, FuzzSeeds.Development),
        new("ManifestTarget", b => Manifest.Parse(b) is not null, FuzzSeeds.OrderManifests) { Documented = typeof(ManifestException) },
        new("SignedReportTarget", b => SignedReport.Parse(b) is not null, FuzzSeeds.SignedReports) { Documented = typeof(FormatException) },
        new("AuthorityRequestTarget", b => AuthorityRequest.Parse(b) is not null, FuzzSeeds.AuthorityRequests) { Documented = typeof(FormatException) },
        new("EvidenceExtensionTarget", b => EvidenceExtension.TryDecode(b) is not null, FuzzSeeds.EvidenceExtensions),
        new("EvidenceClaimsTarget", b => EvidenceClaims.TryRead(b) is not null, FuzzSeeds.EvidenceClaims),
        new("AttestedRequestTarget", b => AttestedRequest.TryRead(Encoding.UTF8.GetString(b)) is not null, FuzzSeeds.AttestedRequests),
        new("LeaseContextTarget", b => LeaseContext.TryRead(b) is not null, FuzzSeeds.LeaseContexts),
        new("SnpCertificateTableTarget", b => SnpCertificateTable.Read(b, out _) is not null, FuzzSeeds.CertificateTables),
        new("CollateralBundleTarget", b => CollateralBundle.Read(b, out _) is not null, FuzzSeeds.Bundles),
        new("AttestationPolicyTarget", b => AttestationPolicy.Parse(b) is not null, FuzzSeeds.Policies) { Documented = typeof(FormatException) },
    ];

    /// <summary>The target of a name, with <c>Target</c> at its end or without; null where there is none.</summary>
    public static FuzzTarget? Find(string name) =>
        All.FirstOrDefault(t => string.Equals(t.Name, name, StringComparison.OrdinalIgnoreCase) || string.Equals(t.Name, name + "Target", StringComparison.OrdinalIgnoreCase));
}
