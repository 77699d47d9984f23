using CsCheck;
using MessagePack;
using SwarmCompute.Attestation;
using SwarmCompute.Overlay.GuestLink;
using Xunit;

namespace SwarmCompute.Overlay.Tests;

public sealed class GuestLinkTests
{
    private static readonly byte[] Bytes32 = new byte[32], Bytes64 = new byte[64];

    public static readonly TheoryData<GuestMessage> GuestMessages =
    [
        Hello(),
        new GuestMessage.StageReady { Generation = 3 },
        new GuestMessage.PeerLost { Slot = 2, Epoch = 4, Reason = "reset" },
        new GuestMessage.Heartbeat { CompletionTokens = long.MaxValue, OpenSessions = 3 },
        new GuestMessage.Heartbeat { CompletionTokens = 0, OpenSessions = 3, StandbyEpoch = 2, StandbyLag = 5, SlowPercent = 450, IsLoaded = true },
        new GuestMessage.StandbyLost { Epoch = 2, Reason = "silent" },
        new GuestMessage.Report { SignedReport = [1, 2], ReportHash = Bytes32, Units = 9, Signature = Bytes64 },
        new GuestMessage.Failed { Reason = "no such model" },
        new GuestMessage.Checkpoint { Units = long.MaxValue, Signature = Bytes64 },
    ];

    public static readonly TheoryData<SiloMessage> SiloMessages =
    [
        new SiloMessage.Pipeline { Generation = 1, Stages = [Stage(0), Stage(1)] },
        new SiloMessage.Pipeline { Generation = 1, Stages = [Stage(0), Stage(1)], Standbys = [Stage(1) with { Epoch = 9 }] },
        new SiloMessage.Finish(),
        new SiloMessage.Stop(),
        new SiloMessage.Heartbeat(),
    ];

    public static readonly TheoryData<GuestMessage> Faulty =
    [
        Hello() with { Version = 2 },
        Hello() with { KeyX = [1] },
        Hello() with { KeyY = null! },
        Hello() with { OverlayEndpoint = null! },
        Hello() with { ApiEndpoint = new string('x', 2000) },
        Hello() with { CertificateDer = new byte[20_000] },
        Hello() with { Layers = [1] },
        new GuestMessage.PeerLost { Slot = 16, Epoch = 1, Reason = "x" },
        new GuestMessage.PeerLost { Slot = 1, Epoch = 1, Reason = null! },
        new GuestMessage.Heartbeat { CompletionTokens = -1, OpenSessions = 0 },
        new GuestMessage.Heartbeat { CompletionTokens = 0, OpenSessions = 0, StandbyLag = -1 },
        new GuestMessage.Heartbeat { CompletionTokens = 0, OpenSessions = 0, SlowPercent = -1 },
        new GuestMessage.StandbyLost { Epoch = 1, Reason = "" },
        new GuestMessage.Report { SignedReport = [], ReportHash = [1], Units = 0, Signature = Bytes64 },
        new GuestMessage.Checkpoint { Units = -1, Signature = Bytes64 },
        new GuestMessage.Checkpoint { Units = 1, Signature = Bytes32 },
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(GuestMessages))]
    public void A_guests_message_survives_the_wire(GuestMessage message)
    {
        var frame = GuestLinkProtocol.Encode(message);
        var read = GuestLinkProtocol.DecodeGuest(frame);
        Assert.Equal(message.GetType(), read.GetType());
        Assert.Equal(frame, GuestLinkProtocol.Encode(read));
    }

    [Theory, MemberData(nameof(SiloMessages))]
    public void A_silos_message_survives_the_wire(SiloMessage message)
    {
        var frame = GuestLinkProtocol.Encode(message);
        var read = GuestLinkProtocol.DecodeSilo(frame);
        Assert.Equal(message.GetType(), read.GetType());
        Assert.Equal(frame, GuestLinkProtocol.Encode(read));
    }

    [Theory, MemberData(nameof(GuestMessages)), MemberData(nameof(Faulty))]
    public void A_guests_message_has_the_form_that_its_attributes_say(GuestMessage message)
    {
        Assert.Equal(MessagePackSerializer.Serialize(message, cancellationToken: Cancel), GuestLinkProtocol.Encode(message));
    }

    [Theory, MemberData(nameof(SiloMessages))]
    public void A_silos_message_has_the_form_that_its_attributes_say(SiloMessage message)
    {
        Assert.Equal(MessagePackSerializer.Serialize(message, cancellationToken: Cancel), GuestLinkProtocol.Encode(message));
    }

    [Fact]
    public void Fields_that_a_later_version_added_are_left_out()
    {
        byte[] later = [0x92, 1, 0x92, 5, 0xA1, (byte)'x'];                   // [1, [5, "x"]]
        Assert.Equal(new GuestMessage.StageReady { Generation = 5 }, GuestLinkProtocol.DecodeGuest(later));
    }

    [Theory, MemberData(nameof(Faulty))]
    public void A_message_with_a_part_out_of_bounds_is_refused(GuestMessage message) =>
        Assert.Throws<OverlayException>(() => GuestLinkProtocol.DecodeGuest(GuestLinkProtocol.Encode(message)));

    [Fact]
    public void Stages_out_of_order_are_refused() => Assert.Throws<OverlayException>(() =>
        GuestLinkProtocol.DecodeSilo(GuestLinkProtocol.Encode(new SiloMessage.Pipeline { Generation = 1, Stages = [Stage(1), Stage(0)] })));

    [Theory]
    [InlineData(1, 1u), InlineData(2, 9u)]
    public void Standbys_of_no_later_epoch_or_of_no_stage_are_refused(int slot, uint epoch)
    {
        var message = new SiloMessage.Pipeline { Generation = 1, Stages = [Stage(0), Stage(1)], Standbys = [Stage(slot) with { Epoch = epoch }] };
        Assert.Throws<OverlayException>(() => GuestLinkProtocol.DecodeSilo(GuestLinkProtocol.Encode(message)));
    }

    [Fact]
    public void Messages_of_the_version_before_standbys_are_read()
    {
        byte[] heartbeat = [0x92, 3, 0x92, 7, 2];                            // [3, [7, 2]]
        Assert.Equal(new GuestMessage.Heartbeat { CompletionTokens = 7, OpenSessions = 2 }, GuestLinkProtocol.DecodeGuest(heartbeat));
        byte[] map = [0x92, 0, 0x92, 1, 0x91, 0x94, 0, 1, 0xA3, (byte)'a', (byte)':', (byte)'1', 0xC4, 1, 1];
        var read = Assert.IsType<SiloMessage.Pipeline>(GuestLinkProtocol.DecodeSilo(map));
        Assert.Null(read.Standbys);
        Assert.Equal("a:1", read.Stages[0].OverlayEndpoint);
    }

    [Fact]
    public void Random_bytes_are_refused_and_do_no_harm() => Gen.Byte.Array[0, 300].Sample(bytes => Refuses(bytes));

    [Fact]
    public void A_message_with_a_changed_byte_is_read_or_refused_and_does_no_harm()
    {
        var frame = GuestLinkProtocol.Encode(Hello());
        Gen.Select(Gen.Int[0, frame.Length - 1], Gen.Byte).Sample((at, value) =>
        {
            var changed = frame.ToArray();
            changed[at] = value;
            Refuses(changed);
        });
    }

    [Fact]
    public async Task A_guest_and_its_silo_talk_over_a_real_link()
    {
        using var authority = CertificateAuthority.Create(TimeProvider.System);
        await using var listener = OverlayListener.Start(
            Parties.AnyPort, authority.Credentials(Parties.Silo()), TimeProvider.System, OverlayLimits.GuestLinkFrameBytesMax);
        await using var guest = await GuestLinkClient.Dial(
            listener.LocalEndPoint, new NodeId("node-1"), authority.Credentials(Parties.Guest()), TimeProvider.System, Cancel);
        await using var silo = new GuestLinkServer(await listener.Next(Cancel));

        await guest.Send(new GuestMessage.StageReady { Generation = 5 }, Cancel);
        Assert.Equal(new GuestMessage.StageReady { Generation = 5 }, await silo.Receive(Cancel));
        await silo.Send(new SiloMessage.Stop(), Cancel);
        Assert.Equal(new SiloMessage.Stop(), await guest.Receive(Cancel));
        Assert.Equal((Parties.Guest(), Parties.Silo()), (silo.Guest, guest.Silo));
    }

    private static void Refuses(byte[] frame)
    {
        try
        {
            _ = GuestLinkProtocol.DecodeGuest(frame);
        }
        catch (OverlayException)
        {
            return;                                                          // the one way in which it may fail
        }
    }

    private static GuestMessage.Hello Hello() => new()
    {
        KeyX = Bytes32,
        KeyY = Bytes32,
        LeaseSignature = Bytes64,
        CertificateDer = [1],
        AuthorityDer = [2],
        OverlayEndpoint = "127.0.0.1:41000",
        ApiEndpoint = "https://127.0.0.1:41001",
        EvidenceType = "development",
        Measurement = Bytes32,
        Layers = [0, 4],
    };

    private static StagePeerWire Stage(int slot) =>
        new() { Slot = slot, Epoch = 1, OverlayEndpoint = "127.0.0.1:41000", CertificateDer = [1] };
}
