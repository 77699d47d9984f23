using System.Globalization;
using System.Text.Json.Nodes;
using SwarmCompute.Attestation;

namespace SwarmCompute.Guest.Authority;

/// <summary>What a guest asks the authority: to certify the key of its TLS certificate as the holder of this lease.</summary>
/// <param name="Lease">The lease.</param>
/// <param name="Epoch">Its fencing number.</param>
/// <param name="Provider">The account that is paid for it.</param>
/// <param name="Offer">The compute offer that the lease is taken from.</param>
/// <param name="ChainId">The order's chain (EIP-155).</param>
/// <param name="OrderBook">The order book contract.</param>
/// <param name="Manifest">The canonical bytes of the order's manifest.</param>
/// <param name="Evidence">What the guest shows for itself.</param>
public sealed record CertifyRequest(
    LeaseId Lease, LeaseEpoch Epoch, Address Provider, OfferId Offer, ulong ChainId, Address OrderBook, byte[] Manifest, Evidence Evidence)
{
    /// <summary>What the guest's evidence must name as its context.</summary>
    /// <param name="manifestHash">The hash of the manifest.</param>
    public LeaseContext ContextFor(Hash32 manifestHash) => new(ChainId, OrderBook, Lease, Epoch, Offer, Provider, manifestHash);

    /// <summary>What the authority signs for the chain where it agrees.</summary>
    /// <param name="keyHash">SHA-256 of x‖y of the guest's key.</param>
    /// <param name="measurement">What was measured (<see cref="LaunchMeasurement"/>).</param>
    public LeaseStatement StatementFor(Hash32 keyHash, Hash32 measurement) => new(ChainId, OrderBook, Lease, Epoch, Offer, measurement, keyHash);

    /// <summary>The message's bytes: canonical JSON.</summary>
    public byte[] ToBytes() => CanonicalJson.Serialize(new JsonObject
    {
        ["lease"] = Lease.ToString(),
        ["epoch"] = (long)Epoch.Value,
        ["provider"] = Provider.ToString(),
        ["offer"] = Offer.Value,
        ["chainId"] = ChainId,
        ["orderBook"] = OrderBook.ToString(),
        ["manifest"] = Convert.ToBase64String(Manifest),
        ["evidence"] = Convert.ToBase64String(EvidenceExtension.Encode(Evidence)),
        ["devices"] = new JsonArray([.. Evidence.Devices.Select(d => new JsonObject
        {
            ["report"] = Convert.ToBase64String(d.Report.Span),
            ["chain"] = Convert.ToBase64String(d.Chain.Span),
        })]),
    });

    /// <summary>Reads the members of a message. Judges nothing but its form.</summary>
    /// <exception cref="FormatException">A member is missing, unknown or out of range; the message is one line.</exception>
    public static CertifyRequest Parse(JsonObject members)
    {
        var fields = new JsonFields(members, "", "lease", "epoch", "provider", "offer", "chainId", "orderBook", "manifest", "evidence", "devices");
        return new CertifyRequest(
            LeaseId.Parse(fields.Text("lease", 32)),
            new LeaseEpoch((uint)fields.Integer("epoch", 1, uint.MaxValue)),
            Address.Parse(fields.Text("provider", 42)),
            new OfferId((ulong)fields.Integer("offer", 1, CanonicalJson.IntegerMax)),
            (ulong)fields.Integer("chainId", 1, CanonicalJson.IntegerMax),
            Address.Parse(fields.Text("orderBook", 42)),
            fields.Base64("manifest", ManifestLimits.BytesMax),
            ReadEvidence(fields));
    }

    private static Evidence ReadEvidence(JsonFields fields)
    {
        var evidence = EvidenceExtension.TryDecode(fields.Base64("evidence", EvidenceExtension.BytesMax)) ?? throw new FormatException("field 'evidence' must be evidence as certificates carry it.");
        return evidence with { Devices = [.. fields.Objects("devices", DeviceEvidence.CountMax).Select(ReadDevice)] };
    }

    private static DeviceEvidence ReadDevice(JsonObject json)
    {
        var fields = new JsonFields(json, "devices.", "report", "chain");
        return new DeviceEvidence(fields.Base64("report", DeviceEvidence.ReportBytesMax), fields.Base64("chain", DeviceEvidence.ChainBytesMax));
    }

    /// <summary>For logs: the lease, its epoch and whose it is.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"lease {Lease} at epoch {Epoch} of {Provider} on chain {ChainId}");
}
