using System.Buffers;
using MessagePack;

namespace SwarmCompute.Overlay.GuestLink;

/// <summary>
/// The messages' MessagePack form, as their attributes say, written out: the serializer would compile the same at run time, which is a
/// good part of the time that a guest takes to start. A message is an array of its number in the union and an array of its reader.
/// </summary>
internal static class GuestLinkCodec
{
    public static byte[] Write(GuestMessage message)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        writer.WriteArrayHeader(2);
        switch (message)
        {
            case GuestMessage.Hello m: Write(ref writer, m); break;
            case GuestMessage.StageReady m: Begin(ref writer, 1, 1); writer.Write(m.Generation); break;
            case GuestMessage.PeerLost m: Begin(ref writer, 2, 3); writer.Write(m.Slot); writer.Write(m.Epoch); writer.Write(m.Reason); break;
            case GuestMessage.Heartbeat m: Write(ref writer, m); break;
            case GuestMessage.Report m: Write(ref writer, m); break;
            case GuestMessage.Failed m: Begin(ref writer, 5, 1); writer.Write(m.Reason); break;
            case GuestMessage.StandbyLost m: Begin(ref writer, 7, 2); writer.Write(m.Epoch); writer.Write(m.Reason); break;
            case GuestMessage.Checkpoint m: Begin(ref writer, 6, 2); writer.Write(m.Units); writer.Write(m.Signature); break;
            default: throw new InvalidOperationException($"{message.GetType().Name} has no number in the union.");
        }
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    public static byte[] Write(SiloMessage message)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        writer.WriteArrayHeader(2);
        switch (message)
        {
            case SiloMessage.Pipeline m: Write(ref writer, m); break;
            case SiloMessage.Finish: Begin(ref writer, 1, 0); break;
            case SiloMessage.Stop: Begin(ref writer, 2, 0); break;
            case SiloMessage.Heartbeat: Begin(ref writer, 3, 0); break;
            default: throw new InvalidOperationException($"{message.GetType().Name} has no number in the union.");
        }
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="MessagePackSerializationException">It is no such message.</exception>
    public static GuestMessage ReadGuest(ref WireReader reader)
    {
        var number = reader.Number();
        reader.Begin();
        GuestMessage message = number switch
        {
            0 => ReadHello(ref reader),
            1 => new GuestMessage.StageReady { Generation = reader.Long() },
            2 => new GuestMessage.PeerLost { Slot = reader.Int(), Epoch = reader.UInt(), Reason = reader.Text()! },
            3 => new GuestMessage.Heartbeat
            {
                CompletionTokens = reader.Long(),
                OpenSessions = reader.Int(),
                StandbyEpoch = reader.HasMore ? reader.UInt() : 0,
                StandbyLag = reader.HasMore ? reader.IntOrNull() : null,
                SlowPercent = reader.HasMore ? reader.Int() : 0,
                IsLoaded = reader.HasMore && reader.Flag(),
            },
            4 => new GuestMessage.Report { SignedReport = reader.Bytes()!, ReportHash = reader.Bytes()!, Units = reader.Long(), Signature = reader.Bytes()! },
            5 => new GuestMessage.Failed { Reason = reader.Text()! },
            6 => new GuestMessage.Checkpoint { Units = reader.Long(), Signature = reader.Bytes()! },
            7 => new GuestMessage.StandbyLost { Epoch = reader.UInt(), Reason = reader.Text()! },
            _ => throw new MessagePackSerializationException("No such message."),
        };
        reader.End();
        return message;
    }

    /// <exception cref="MessagePackSerializationException">It is no such message.</exception>
    public static SiloMessage ReadSilo(ref WireReader reader)
    {
        var number = reader.Number();
        reader.Begin();
        SiloMessage message = number switch
        {
            0 => new SiloMessage.Pipeline { Generation = reader.Long(), Stages = reader.Stages()!, Standbys = reader.HasMore ? reader.Stages() : null },
            1 => new SiloMessage.Finish(),
            2 => new SiloMessage.Stop(),
            3 => new SiloMessage.Heartbeat(),
            _ => throw new MessagePackSerializationException("No such message."),
        };
        reader.End();
        return message;
    }

    private static void Begin(ref MessagePackWriter writer, int number, int fields)
    {
        writer.Write(number);
        writer.WriteArrayHeader(fields);
    }

    private static void Write(ref MessagePackWriter writer, GuestMessage.Hello m)
    {
        Begin(ref writer, 0, 11);
        writer.Write(m.Version);
        writer.Write(m.KeyX);
        writer.Write(m.KeyY);
        writer.Write(m.LeaseSignature);
        writer.Write(m.CertificateDer);
        writer.Write(m.AuthorityDer);
        writer.Write(m.OverlayEndpoint);
        writer.Write(m.ApiEndpoint);
        writer.Write(m.EvidenceType);
        writer.Write(m.Measurement);
        if (m.Layers is null)
        {
            writer.WriteNil();
            return;
        }
        writer.WriteArrayHeader(m.Layers.Length);
        foreach (var layer in m.Layers) writer.Write(layer);
    }

    private static void Write(ref MessagePackWriter writer, GuestMessage.Report m)
    {
        Begin(ref writer, 4, 4);
        writer.Write(m.SignedReport);
        writer.Write(m.ReportHash);
        writer.Write(m.Units);
        writer.Write(m.Signature);
    }

    private static void Write(ref MessagePackWriter writer, GuestMessage.Heartbeat m)
    {
        Begin(ref writer, 3, 6);
        writer.Write(m.CompletionTokens);
        writer.Write(m.OpenSessions);
        writer.Write(m.StandbyEpoch);
        if (m.StandbyLag is { } lag) writer.Write(lag);
        else writer.WriteNil();
        writer.Write(m.SlowPercent);
        writer.Write(m.IsLoaded);
    }

    private static void Write(ref MessagePackWriter writer, SiloMessage.Pipeline m)
    {
        Begin(ref writer, 0, 3);
        writer.Write(m.Generation);
        Write(ref writer, m.Stages);
        if (m.Standbys is null) writer.WriteNil();
        else Write(ref writer, m.Standbys);
    }

    private static void Write(ref MessagePackWriter writer, StagePeerWire[] stages)
    {
        writer.WriteArrayHeader(stages.Length);
        foreach (var stage in stages)
        {
            writer.WriteArrayHeader(4);
            writer.Write(stage.Slot);
            writer.Write(stage.Epoch);
            writer.Write(stage.OverlayEndpoint);
            writer.Write(stage.CertificateDer);
        }
    }

    private static GuestMessage.Hello ReadHello(ref WireReader reader) => new()
    {
        Version = reader.Int(),
        KeyX = reader.Bytes()!,
        KeyY = reader.Bytes()!,
        LeaseSignature = reader.Bytes()!,
        CertificateDer = reader.Bytes()!,
        AuthorityDer = reader.Bytes()!,
        OverlayEndpoint = reader.Text()!,
        ApiEndpoint = reader.Text(),
        EvidenceType = reader.Text()!,
        Measurement = reader.Bytes()!,
        Layers = reader.Ints(),
    };
}
