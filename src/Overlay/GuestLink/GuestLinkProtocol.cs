using MessagePack;
using SwarmCompute.Attestation;

namespace SwarmCompute.Overlay.GuestLink;

/// <summary>Turns messages into frames and back. What comes from outside is checked for size and shape before anyone sees it.</summary>
public static class GuestLinkProtocol
{
    /// <summary>The version of this protocol.</summary>
    public const int Version = 1;

    private const int TextMax = 1024, CertificateBytesMax = 16 * 1024, KeyPartBytes = 32, SignatureBytes = 64, LayersMax = 4096;

    /// <summary>The frame of a guest's message.</summary>
    public static byte[] Encode(GuestMessage message) => GuestLinkCodec.Write(message);

    /// <summary>The frame of a silo's message.</summary>
    public static byte[] Encode(SiloMessage message) => GuestLinkCodec.Write(message);

    /// <summary>Reads a guest's message.</summary>
    /// <exception cref="OverlayException">The bytes are no such message, or a part of it is out of bounds.</exception>
    public static GuestMessage DecodeGuest(ReadOnlyMemory<byte> frame)
    {
        var message = Decode(frame, GuestLinkCodec.ReadGuest);
        return Fault(message) is { } fault ? throw new OverlayException($"A guest's {message.GetType().Name} is refused: {fault}.") : message;
    }

    /// <summary>Reads a silo's message.</summary>
    /// <exception cref="OverlayException">The bytes are no such message, or a part of it is out of bounds.</exception>
    public static SiloMessage DecodeSilo(ReadOnlyMemory<byte> frame)
    {
        var message = Decode(frame, GuestLinkCodec.ReadSilo);
        return Fault(message) is { } fault ? throw new OverlayException($"A silo's {message.GetType().Name} is refused: {fault}.") : message;
    }

    private delegate T Read<T>(ref WireReader reader);

    private static T Decode<T>(ReadOnlyMemory<byte> frame, Read<T> read)
    {
        try
        {
            var reader = new WireReader(frame);
            var message = read(ref reader);
            return reader.AtEnd ? message : throw new OverlayException("A guest link carried something that is not one message.");
        }
        catch (Exception fault) when (fault is MessagePackSerializationException or EndOfStreamException or OverflowException)
        {
            throw new OverlayException("A guest link carried something that is not a message.", fault);
        }
    }

    private static string? Fault(GuestMessage message) => message switch
    {
        GuestMessage.Hello m => Fault(m),
        GuestMessage.StageReady m => m.Generation < 0 ? "its generation is negative" : null,
        GuestMessage.PeerLost m => !IsSlot(m.Slot) ? "there is no such slot" : !IsText(m.Reason) ? "its reason is missing or too long" : null,
        GuestMessage.Heartbeat m => m.CompletionTokens < 0 || m.OpenSessions < 0 || m.StandbyLag < 0 || m.SlowPercent < 0 ? "a count is negative" : null,
        GuestMessage.Report m => m.SignedReport is null || m.ReportHash is not { Length: Hash32.Size } || m.Signature is not { Length: SignatureBytes } || m.Units < 0
            ? "a part has a wrong size" : null,
        GuestMessage.Checkpoint m => m.Units < 0 || m.Signature is not { Length: SignatureBytes } ? "a part has a wrong size" : null,
        GuestMessage.StandbyLost m => IsText(m.Reason) ? null : "its reason is missing or too long",
        GuestMessage.Failed m => IsText(m.Reason) ? null : "its reason is missing or too long",
        _ => "it is of no known kind",
    };

    private static string? Fault(GuestMessage.Hello m)
    {
        if (m.Version != Version) return $"its version is {m.Version}, not {Version}";
        if (m.KeyX is not { Length: KeyPartBytes } || m.KeyY is not { Length: KeyPartBytes }) return "its key has a wrong size";
        if (m.LeaseSignature is not { Length: SignatureBytes }) return "its lease signature has a wrong size";
        if (!IsCertificate(m.CertificateDer) || !IsCertificate(m.AuthorityDer)) return "a certificate is missing or too long";
        if (!IsText(m.OverlayEndpoint) || !IsText(m.EvidenceType) || (m.ApiEndpoint is not null && !IsText(m.ApiEndpoint))) return "a text is missing or too long";
        if (m.Measurement is not { Length: Hash32.Size }) return "its measurement has a wrong size";
        return m.Layers is null or [>= 0 and < LayersMax, > 0 and <= LayersMax] ? null : "its layers are not a first layer and a count";
    }

    private static string? Fault(SiloMessage message)
    {
        if (message is not SiloMessage.Pipeline pipeline) return null;
        if (pipeline.Generation < 0) return "its generation is negative";
        if (pipeline.Stages is not { Length: > 0 and <= LeaseId.SlotsMax }) return $"it does not have 1 to {LeaseId.SlotsMax} stages";
        for (var slot = 0; slot < pipeline.Stages.Length; slot++)
        {
            var stage = pipeline.Stages[slot];
            if (stage is null || stage.Slot != slot) return "its stages are not in order of their slots";
            if (!IsText(stage.OverlayEndpoint) || !IsCertificate(stage.CertificateDer)) return $"stage {slot} lacks its endpoint or its certificate";
        }
        return Fault(pipeline.Standbys ?? [], pipeline.Stages);
    }

    private static string? Fault(StagePeerWire[] standbys, StagePeerWire[] stages)
    {
        var last = -1;
        foreach (var standby in standbys)
        {
            if (standby is null || standby.Slot <= last || standby.Slot >= stages.Length) return "its standbys are not in order of their slots";
            if (standby.Epoch <= stages[standby.Slot].Epoch) return $"the standby of slot {standby.Slot} is not of a later epoch than its stage";
            if (!IsText(standby.OverlayEndpoint) || !IsCertificate(standby.CertificateDer)) return $"the standby of slot {standby.Slot} lacks its endpoint or its certificate";
            last = standby.Slot;
        }
        return null;
    }

    private static bool IsSlot(int slot) => slot is >= 0 and < LeaseId.SlotsMax;

    private static bool IsText(string? text) => text is { Length: > 0 and <= TextMax };

    private static bool IsCertificate(byte[]? der) => der is { Length: > 0 and <= CertificateBytesMax };
}
