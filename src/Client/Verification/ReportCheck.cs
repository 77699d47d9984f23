using System.Security.Cryptography.X509Certificates;
using SwarmCompute.Attestation;
using SwarmCompute.Chain;
using SwarmCompute.Client.Orders;

namespace SwarmCompute.Client.Verification;

/// <summary>Checks a signed report against what the chain says. Asks no silo.</summary>
public static class ReportCheck
{
    /// <summary>Reads the order's final events and runs every check.</summary>
    /// <param name="file">The signed report's bytes.</param>
    /// <param name="order">The order that the report is to be about.</param>
    /// <param name="chain">The chain, and the order book that is trusted.</param>
    /// <param name="now">The time to judge at.</param>
    /// <param name="evidence">With what the head's evidence is judged; null: only development evidence passes.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="SwarmException">The chain knows no such order.</exception>
    /// <exception cref="ChainException">The chain does not answer.</exception>
    public static async Task<AttestationResult> Verify(ReadOnlyMemory<byte> file, OrderId order, ChainClient chain, DateTimeOffset now, ReportEvidence? evidence, CancellationToken cancel)
    {
        var history = await OrderHistory.Read(chain, order, cancel);
        var view = history.View ?? throw new SwarmException(SwarmFailure.Refused, $"the order book {chain.Options.OrderBook} has no order {order} in a final block");
        var leases = history.Events.OfType<OrderEvent.LeaseAssigned>().Select(l => new LeaseFact(l.Slot, l.Epoch, l.Provider, l.KeyHash, l.Offer, l.Measurement));
        var facts = new ChainFacts(chain.Options.ChainId, chain.Options.OrderBook, order, view.ManifestHash, view.AuthorityKeyHash, view.Status.ToString(),
            view.ReportHash, history.Events.OfType<OrderEvent.ReportSubmitted>().Select(r => (ulong?)ulong.CreateSaturating(r.Units)).FirstOrDefault(), [.. leases]);
        return ReportVerifier.Verify(file, facts, now, evidence);
    }

    /// <summary>Collects what the evidence of the head that signed a report is judged with.</summary>
    /// <param name="file">The signed report's bytes.</param>
    /// <param name="verifier">Judges it.</param>
    /// <param name="collateral">What the vendors say.</param>
    /// <param name="policy">What it must show.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="FormatException">The file cannot be read.</exception>
    public static async Task<ReportEvidence> EvidenceOf(
        ReadOnlyMemory<byte> file, EvidenceVerifier verifier, ICollateralSource collateral, AttestationPolicy policy, CancellationToken cancel)
    {
        using var leaf = X509CertificateLoader.LoadCertificate(SignedReport.Parse(file).Certificate);
        var shown = EvidenceExtension.TryRead(leaf);
        return new ReportEvidence(verifier, shown is null ? EvidenceCollateral.None : await collateral.For(shown, cancel), policy);
    }
}
