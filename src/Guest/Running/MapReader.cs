using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SwarmCompute.Attestation;
using SwarmCompute.Guest.Loader;
using SwarmCompute.Inference;
using SwarmCompute.Overlay.GuestLink;

namespace SwarmCompute.Guest.Running;

/// <summary>Turns a map as the silo sent it into one that the guest may follow: every certificate in it names the slot and epoch that it stands for.</summary>
internal static class MapReader
{
    /// <exception cref="GuestException">The map is not for this order, or a certificate in it is not what it should be.</exception>
    public static PipelineMap Read(SiloMessage.Pipeline message, Ticket ticket, int stages, DateTimeOffset now)
    {
        if (message.Stages.Length != stages) throw new GuestException($"The pipeline map is refused: it has {message.Stages.Length} stages instead of {stages}.");
        return new PipelineMap(message.Generation, [.. message.Stages.Select(stage => Read(stage, ticket, now))]);
    }

    /// <summary>The guest's own standby in a map whose other parts were read; null where it has none, or is itself the one that stands by.</summary>
    /// <exception cref="GuestException">Its certificate is not what it should be.</exception>
    public static StagePeer? ReadStandby(SiloMessage.Pipeline message, Ticket ticket, DateTimeOffset now) =>
        message.Standbys?.FirstOrDefault(standby => standby.Slot == ticket.Lease.Slot && standby.Epoch > ticket.Epoch.Value) is { } standby ? Read(standby, ticket, now) : null;

    private static StagePeer Read(StagePeerWire stage, Ticket ticket, DateTimeOffset now)
    {
        try
        {
            var certificate = X509CertificateLoader.LoadCertificate(stage.CertificateDer);
            var refusal = PeerCertificate.Refusal(certificate, ticket.Root, now, out var identity);
            if (refusal is null && !(identity is SwarmIdentity.Guest guest && guest.Lease == new LeaseId(ticket.Lease.Order, stage.Slot) && guest.Epoch.Value == stage.Epoch))
                refusal = $"its certificate names {identity}";
            if (refusal is not null) throw new GuestException($"The pipeline map is refused: slot {stage.Slot} at epoch {stage.Epoch}: {refusal}.");
            return new StagePeer(stage.Slot, new LeaseEpoch(stage.Epoch), EndpointText.Parse(stage.OverlayEndpoint), certificate);
        }
        catch (Exception fault) when (fault is FormatException or CryptographicException)
        {
            throw new GuestException($"The pipeline map is refused: slot {stage.Slot}: {fault.Message}", fault);
        }
    }
}
