using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SwarmCompute.Attestation;

/// <summary>Verifies a signed report against the chain, offline: a pure function of the file, what the chain says, and the time.</summary>
public static class ReportVerifier
{
    /// <summary>The checks, in the order in which they are listed; every result has exactly these.</summary>
    public static readonly ImmutableArray<string> CheckNames =
    [
        "form", "order", "report hash", "status", "time", "authority", "certificate", "head lease", "lease signature", "usage signature", "units",
        "totals", "stages", "evidence",
    ];

    /// <summary>Runs every check. A file that cannot be read fails all of them.</summary>
    /// <param name="file">The bytes of a signed report.</param>
    /// <param name="chain">What the chain says about the order.</param>
    /// <param name="now">The time at the verifier.</param>
    /// <param name="evidence">With what the head's evidence is judged; null: nothing, and then only development evidence passes.</param>
    public static AttestationResult Verify(ReadOnlyMemory<byte> file, ChainFacts chain, DateTimeOffset now, ReportEvidence? evidence = null)
    {
        try
        {
            var signed = SignedReport.Parse(file);
            using var leaf = X509CertificateLoader.LoadCertificate(signed.Certificate);
            using var root = X509CertificateLoader.LoadCertificate(signed.Authority);
            return new([.. Judge(new ReportCase(signed, leaf, root, chain, now, evidence))]);
        }
        catch (Exception fault) when (fault is FormatException or CryptographicException)
        {
            return new([.. CheckNames.Select(name => new Check(name, false, name == "form" ? OneLine(fault) : "not judged: the file cannot be read"))]);
        }
    }

    private static IEnumerable<Check> Judge(ReportCase at)
    {
        yield return new("form", true, "canonical JSON with every member in its one spelling");
        yield return Order(at);
        yield return Equal("report hash", at.Signed.Report.Hash, at.Chain.ReportHash);
        yield return new("status", at.Chain is { Status: "Running" or "Closing" or "Completed", ReportHash: not null }, $"the order is {at.Chain.Status} on the chain");
        yield return Time(at);
        yield return Authority(at);
        yield return Certificate(at);
        yield return HeadLease(at);
        yield return Signature("lease signature", LeaseOf(at) is { } lease && P256.Verify(at.Root, lease.ToBytes(), at.Signed.LeaseSignature));
        yield return Signature("usage signature", at.Head is { } payee && P256.Verify(at.Leaf, SignedReport.Usage(at.Signed.Report, payee.Epoch).ToBytes(), at.Signed.Signature));
        yield return Equal("units", at.Signed.Report.Units, at.Chain.Units);
        yield return Totals(at.Signed.Report);
        yield return Stages(at);
        yield return ReportEvidenceCheck.Run(at.Signed.Report, at.Leaf, at.Head, at.Lease, at.Evidence);
    }

    private static Check Order(ReportCase at)
    {
        var (report, chain) = (at.Signed.Report, at.Chain);
        var same = report.ChainId == chain.ChainId && report.OrderBook == chain.OrderBook && report.Order == chain.Order && report.ManifestHash == chain.ManifestHash;
        return new("order", same, same
            ? $"order {report.Order} of {report.OrderBook} on chain {report.ChainId}, manifest {report.ManifestHash}"
            : $"the report is about order {report.Order} of {report.OrderBook} on chain {report.ChainId}, manifest {report.ManifestHash}; "
                + $"the chain says order {chain.Order} of {chain.OrderBook} on chain {chain.ChainId}, manifest {chain.ManifestHash}");
    }

    private static Check Time(ReportCase at)
    {
        var report = at.Signed.Report;
        return new(
            "time", report.Started <= report.Finished && report.Finished <= at.Now + CertificateAuthority.ClockTolerance,
            string.Create(CultureInfo.InvariantCulture, $"from {report.Started.UtcDateTime:s}Z to {report.Finished.UtcDateTime:s}Z by the guest's clock"));
    }

    private static Check Authority(ReportCase at)
    {
        var keyHash = P256.KeyHash(at.Root);
        if (!SelfSignature.Holds(at.Root)) return new("authority", false, "the root certificate is not signed by its own key");
        return Equal("authority", keyHash, at.Chain.AuthorityKeyHash);
    }

    private static Check Certificate(ReportCase at)
    {
        var refusal = PeerCertificate.Refusal(at.Leaf, at.Root, at.Signed.Report.Finished, out var identity);
        return new("certificate", refusal is null, refusal ?? $"names {identity}, valid when the report was made");
    }

    private static Check HeadLease(ReportCase at)
    {
        if (at.Head is not { } head) return new("head lease", false, "the certificate names no guest");
        var holds = at.Lease is not null;
        return new("head lease", holds, holds
            ? $"the signer held slot 0 at epoch {head.Epoch} for {head.Provider}"
            : $"the chain has no lease of slot 0 of order {at.Chain.Order} for {head} and this key");
    }

    private static Check Totals(IntegrityReport report)
    {
        var totals = report.Totals;
        var holds = report.Units == (ulong)totals.CompletionTokens
            && Sums(report.Stages.Length, totals.Stages, 0, 0)
            && Sums(report.Completions.Length, totals.Completions, report.Completions.Sum(c => c.PromptTokens), totals.PromptTokens)
            && Sums(report.Completions.Length, totals.Completions, report.Completions.Sum(c => c.CompletionTokens), totals.CompletionTokens);
        return new("totals", holds, $"{totals.Completions} completions of {totals.CompletionTokens} tokens; {report.Units} units");
    }

    // What is listed is all there is, and adds up; or the list is full, and no more than the total.
    private static bool Sums(int listed, long count, long sum, long total) =>
        listed == count ? sum == total : listed == IntegrityReport.ListedMax && listed < count && sum <= total;

    private static Check Stages(ReportCase at)
    {
        var stages = at.Signed.Report.Stages;
        var stranger = stages.FirstOrDefault(s => !at.Chain.Leases.Any(l => l.Is(s.Slot, s.Epoch, s.Provider, s.KeyHash)));
        if (stranger is not null) return new("stages", false, $"slot {stranger.Slot} at epoch {stranger.Epoch} ran with a key that was not leased on the chain");
        if (stages.Any(s => s.LayerLast < s.LayerFirst || s.Until < s.From)) return new("stages", false, "a stage has no layers, or ended before it began");
        return stages.Any(s => s.Slot == 0 && s.Epoch == at.Head?.Epoch)
            ? new("stages", true, $"{stages.Length} guests took part, each with a key that was leased on the chain")
            : new("stages", false, "the head itself is not among the stages");
    }

    private static LeaseStatement? LeaseOf(ReportCase at) => at.Lease is { } lease
        ? new(at.Signed.Report.ChainId, at.Signed.Report.OrderBook, new LeaseId(at.Signed.Report.Order, lease.Slot), lease.Epoch, lease.Offer, lease.Measurement, lease.KeyHash)
        : null;

    private static Check Signature(string name, bool holds) => new(name, holds, holds ? "verified" : "the signature does not verify");

    private static Check Equal<T>(string name, T inReport, T? onChain) where T : struct => new(
        name, onChain is { } value && EqualityComparer<T>.Default.Equals(inReport, value),
        onChain is { } known ? $"the file has {inReport}, the chain has {known}" : $"the file has {inReport}, the chain has none");

    private static string OneLine(Exception fault) => fault.Message.ReplaceLineEndings(" ");

    private sealed record ReportCase(SignedReport Signed, X509Certificate2 Leaf, X509Certificate2 Root, ChainFacts Chain, DateTimeOffset Now, ReportEvidence? Evidence)
    {
        public SwarmIdentity.Guest? Head { get; } = SwarmIdentity.TryRead(Leaf) as SwarmIdentity.Guest;

        /// <summary>The lease on the chain that the certificate is of; null where there is none.</summary>
        public LeaseFact? Lease => Head is { Slot: 0 } head && head.Order == Chain.Order
            ? Chain.Leases.FirstOrDefault(l => l.Is(head.Slot, head.Epoch, head.Provider, P256.KeyHash(Leaf)))
            : null;
    }
}
