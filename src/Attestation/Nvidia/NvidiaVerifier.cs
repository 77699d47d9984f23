using System.Collections.Immutable;
using System.Globalization;

namespace SwarmCompute.Attestation;

/// <summary>
/// Verifies attestation reports of NVIDIA's GPUs (Hopper, Blackwell) and NVSwitches: SPDM 1.1 measurements that a key of the device signed,
/// its certificates up to NVIDIA's root, and the measurements against the manifests that NVIDIA publishes for the driver and the VBIOS
/// (DMTF DSP0274; NVIDIA nvtrust). A report knows only its nonce: what it has to do with a guest, the guest's own evidence must say.
/// </summary>
public static class NvidiaVerifier
{
    /// <summary>The type that results name.</summary>
    public const string Type = "nvidia";

    /// <summary>Judges a report; never throws for what it and its collateral hold.</summary>
    /// <param name="report">Request and response, of exactly the length that they name; a byte behind the signature is refused.</param>
    /// <param name="chain">The device's certificates, leaf first, root last: PEM, or DER after DER.</param>
    /// <param name="collateral">What NVIDIA publishes about it.</param>
    /// <param name="at">The time at which it is judged.</param>
    /// <param name="roots">The roots that are trusted.</param>
    /// <param name="policy">What it must show.</param>
    public static AttestationResult Verify(
        ReadOnlyMemory<byte> report, ReadOnlyMemory<byte> chain, NvidiaCollateral collateral, DateTimeOffset at, NvidiaRoots roots, NvidiaPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(collateral);
        ArgumentNullException.ThrowIfNull(roots);
        ArgumentNullException.ThrowIfNull(policy);
        if (NvidiaReport.Read(report, out var fault) is not { } read) return Result([Check.Fails("report", "nvidia.report", fault)]);
        if (!PkiChain.TryParse(chain, out var certificates))
        {
            var unread = Result([Check.Holds("report", $"{read.Blocks.Length} blocks"), Check.Fails("device chain", "nvidia.chain.malformed", "these are no certificates")]);
            return unread with { Claims = Claims(read, []) };
        }
        var checks = ImmutableArray.CreateBuilder<Check>();
        checks.Add(Check.Holds("report", $"{read.Blocks.Length} blocks"));
        checks.AddRange(NvidiaDevice.Checks(read, certificates, roots.Device, at, policy));
        var revocation = new NvidiaRevocation(Responses(collateral, checks), at, policy);
        checks.Add(revocation.Denied("device", certificates));
        checks.Add(revocation.Status("device", certificates, first: 1));
        var rims = JudgeRims(read, NvidiaDevice.ArchitectureOf(certificates[0]), Manifests(collateral, checks), revocation, at, roots.Rim, checks);
        checks.AddRange(NvidiaPolicyChecks.Of(read.Opaque, policy));
        return Result(checks.ToImmutable()) with { Claims = Claims(read, certificates), ExpiresAt = Earliest(certificates, rims, revocation) };
    }

    private static ImmutableArray<NvidiaRim> JudgeRims(
        NvidiaReport report, NvidiaArchitecture architecture, List<NvidiaRim> rims, NvidiaRevocation revocation, DateTimeOffset at, Hash32 root,
        ImmutableArray<Check>.Builder checks)
    {
        var used = ImmutableArray.CreateBuilder<NvidiaRim>();
        if (architecture != NvidiaArchitecture.Switch) Judge("driver", report.Opaque.Driver);
        Judge("VBIOS", report.Opaque.Vbios);
        var all = used.ToImmutable();
        if (all.Length > 1) checks.Add(NvidiaRimChecks.Disjoint(all));
        return all;

        void Judge(string what, string version)
        {
            var found = rims.Where(r => NvidiaDevice.ArchitectureOf(r.Product) == architecture && string.Equals(r.Version, version, StringComparison.OrdinalIgnoreCase)).ToList();
            checks.Add(Found(what, version, found.Count));
            if (found is not [var rim]) return;
            used.Add(rim);
            checks.AddRange(NvidiaRimChecks.Origin($"{what} manifest", rim, root, at));
            checks.Add(revocation.Denied($"{what} manifest", rim.Chain));
            checks.Add(revocation.Status($"{what} manifest", rim.Chain, first: 0));
            checks.Add(NvidiaRimChecks.Measurements(what, rim, report));
        }
    }

    private static Check Found(string what, string version, int count) => (version.Length, count) switch
    {
        (0, _) => Check.Fails($"{what} manifest", "nvidia.rim.unnamed", "the report does not say the version"),
        (_, 1) => Check.Holds($"{what} manifest", version),
        (_, 0) => Check.Fails($"{what} manifest", "nvidia.rim.missing", $"there is none for version {version}", FailureClass.Transient),
        _ => Check.Fails($"{what} manifest", "nvidia.rim.ambiguous", $"there are {count} for version {version}"),
    };

    private static ImmutableArray<OcspResponse> Responses(NvidiaCollateral collateral, ImmutableArray<Check>.Builder checks)
    {
        var given = collateral.OcspResponses.IsDefault ? [] : collateral.OcspResponses;
        var read = given.Take(NvidiaCollateral.OcspResponsesMax).Select(OcspResponse.Read).OfType<OcspResponse>().ToImmutableArray();
        checks.Add(read.Length == given.Length
            ? Check.Holds("OCSP responses", $"{read.Length} read")
            : Check.Fails("OCSP responses", "nvidia.revocation.malformed", $"{read.Length} of {given.Length} could be read", FailureClass.Transient));
        return read;
    }

    private static List<NvidiaRim> Manifests(NvidiaCollateral collateral, ImmutableArray<Check>.Builder checks)
    {
        var given = collateral.Rims.IsDefault ? [] : collateral.Rims;
        var rims = new List<NvidiaRim>();
        if (given.Length > NvidiaCollateral.RimsMax)
            checks.Add(Check.Fails("manifests", "nvidia.rim.malformed", $"{given.Length} are given, at most {NvidiaCollateral.RimsMax} are read"));
        foreach (var bytes in given.Take(NvidiaCollateral.RimsMax))
        {
            if (NvidiaRim.Read(bytes, out var fault) is { } rim) rims.Add(rim);
            else checks.Add(Check.Fails("manifests", "nvidia.rim.malformed", fault));
        }
        return rims;
    }

    private static DateTimeOffset Earliest(ImmutableArray<PkiCertificate> chain, ImmutableArray<NvidiaRim> rims, NvidiaRevocation revocation) =>
        rims.Select(r => PkiChain.ExpiresAt(r.Chain)).Append(PkiChain.ExpiresAt(chain)).Append(revocation.ExpiresAt).Min();

    private static ImmutableSortedDictionary<string, string> Claims(NvidiaReport report, ImmutableArray<PkiCertificate> chain)
    {
        var claims = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        if (chain is [var leaf, ..])
        {
            claims["architecture"] = NvidiaDevice.ArchitectureOf(leaf).ToString();
            claims["serial"] = NvidiaRevocation.Serial(leaf);
            claims["device.serial"] = NvidiaRevocation.Serial(chain[Math.Min(1, chain.Length - 1)]);
        }
        claims["driver"] = report.Opaque.Driver;
        claims["vbios"] = report.Opaque.Vbios;
        claims["chip.sku"] = report.Opaque.Text(15);
        claims["project"] = report.Opaque.Text(17);
        claims["project.sku"] = report.Opaque.Text(18);
        claims["chip.info"] = report.Opaque.Text(35);
        claims["feature-flag"] = report.Opaque.Hex(36);
        claims["enable-status"] = report.Opaque.SystemEnableStatus;
        claims["protected-pcie"] = report.Opaque.IsProtectedPcie ? "on" : "off";
        claims["firmware-id"] = report.Opaque.Hex(20);
        claims["nonce"] = Convert.ToHexStringLower(report.RequestNonce.Span);
        claims["nonce.response"] = Convert.ToHexStringLower(report.ResponseNonce.Span);
        for (var i = 0; i < report.Blocks.Length; i++)
            claims["measurement." + (i + 1).ToString("000", CultureInfo.InvariantCulture)] = Convert.ToHexStringLower(report.Blocks[i].Span);
        return claims.ToImmutable();
    }

    private static AttestationResult Result(ImmutableArray<Check> checks) => new(checks) { Type = Type };
}
