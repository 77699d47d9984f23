using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SwarmCompute.Attestation;
using SwarmCompute.Chain;

namespace SwarmCompute.Grains.Orders;

/// <summary>Reads a signed report that someone hands in, whoever it is: what counts is that the current head's key signed it. Pure.</summary>
internal static class GivenReport
{
    /// <summary>The report as an order keeps it, or why it is not the order's.</summary>
    /// <param name="order">The order.</param>
    /// <param name="view">The order, as the finalized chain knows it.</param>
    /// <param name="file">The signed report's bytes.</param>
    /// <param name="chain">The chain.</param>
    public static (OrderReportState? Report, string? Refusal) Read(OrderId order, OrderView view, byte[] file, ChainOptions chain)
    {
        if (file.Length is 0 or > WireLimits.ReportBytesMax) return Refused($"a report has 1 to {WireLimits.ReportBytesMax} bytes, this one {file.Length}");
        if (view.Status is not (OrderStatus.Running or OrderStatus.Closing)) return Refused($"order {order} is {view.Status}, as of the finalized block; a report is for one that runs");
        if (view.Leases.FirstOrDefault(l => l.Slot == 0) is not { } head) return Refused($"order {order} has no head");
        try
        {
            var signed = SignedReport.Parse(file);
            using var leaf = X509CertificateLoader.LoadCertificate(signed.Certificate);
            var said = signed.Report;
            if (P256.KeyHash(leaf) != head.KeyHash) return Refused($"it is signed by another key than the one that holds slot 0 at epoch {head.Epoch}");
            if ((said.ChainId, said.OrderBook, said.Order, said.ManifestHash) != (chain.ChainId, chain.OrderBook, order, view.ManifestHash)) return Refused("it is about another order");
            if (!P256.Verify(leaf, SignedReport.Usage(said, head.Epoch).ToBytes(), signed.Signature)) return Refused("the signature does not verify");
            var (x, y) = P256.Point(leaf);
            var record = new SignedReportRecord(file, said.Hash, checked((long)said.Units), signed.Signature);
            return (new OrderReportState { Report = record, Epoch = head.Epoch, KeyX = new Hash32(x), KeyY = new Hash32(y) }, null);
        }
        catch (Exception fault) when (fault is FormatException or CryptographicException or OverflowException)
        {
            return Refused($"it cannot be read: {fault.Message}");
        }
    }

    private static (OrderReportState?, string?) Refused(string why) => (null, $"The report is refused: {why}.");
}
