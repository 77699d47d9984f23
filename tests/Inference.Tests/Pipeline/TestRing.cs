using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using SwarmCompute.Attestation;
using SwarmCompute.Overlay;

namespace SwarmCompute.Inference.Tests.Pipeline;

/// <summary>A whole pipeline in one process: real TLS links over loopback, real certificates, a wire before each stage that can be cut.</summary>
internal sealed class TestRing : IAsyncDisposable
{
    public static readonly OrderId Order = new(7);

    private readonly CertificateAuthority _authority = CertificateAuthority.Create(TimeProvider.System);
    private readonly PipelineOptions _options;
    private readonly Func<int, int, IStageKernel> _kernels;
    private readonly Func<IEmbedding> _embedding;
    private readonly Func<int, bool> _attach;
    private readonly ILogger? _log;
    private readonly Member[] _members;
    private long _generation;

    public TestRing(int slots, PipelineOptions? options = null, Func<int, int, IStageKernel>? kernels = null, Func<IEmbedding>? embedding = null,
        Func<int, bool>? attach = null, ILogger? log = null)
    {
        _log = log;
        _options = options ?? Fast(slots);
        _kernels = kernels ?? ((slot, _) => new FakeKernel(slot, slot == slots - 1));
        _embedding = embedding ?? (() => new FakeKernel.Embedding());
        _attach = attach ?? (_ => true);
        _members = new Member[slots];
        for (var slot = 0; slot < slots; slot++) _members[slot] = Start(slot, 1);
        Publish();
    }

    public PipelineHead Head => _members[0].Head!;

    public PipelineMap Map { get; private set; } = null!;

    public static PipelineOptions Fast(int slots) => new()
    {
        Order = Order,
        Slot = 0,
        Slots = slots,
        Epoch = new LeaseEpoch(1),
        ContextTokens = 256,
        SessionsMax = 8,
        PrefillTokens = 8,
        RestoreMax = TimeSpan.FromSeconds(60),
        PingEvery = TimeSpan.FromMilliseconds(200),
        SilenceMax = TimeSpan.FromSeconds(5),
    };

    public Member this[int slot] => _members[slot];

    /// <summary>The stage is gone, with all that it held.</summary>
    public async Task Kill(int slot)
    {
        _members[slot].Wire.Cut();
        await _members[slot].DisposeAsync();
    }

    /// <summary>A successor that holds nothing takes the slot; everyone is told.</summary>
    public void Replace(params int[] slots)
    {
        foreach (var slot in slots) _members[slot] = Start(slot, _members[slot].Epoch + 1);
        Publish();
    }

    /// <summary>A stage of the next epoch that no map names; its holder is told to hand over to it.</summary>
    public Member Follow(int slot)
    {
        var standby = Start(slot, _members[slot].Epoch + 1);
        _members[slot].Stage!.HandOverTo(standby.Peer);
        return standby;
    }

    /// <summary>The standby takes the slot; everyone is told.</summary>
    public void Promote(Member standby)
    {
        _members[standby.Slot] = standby;
        Publish();
    }

    /// <summary>Waits until a standby has all that its holder has finished, so many frames at least.</summary>
    public async Task Followed(Member standby, int frames, CancellationToken cancel)
    {
        while (_members[standby.Slot].Stage!.StandbyLag != 0 || ((FakeKernel)standby.Kernel).Imports < frames) await Task.Delay(2, cancel);
    }

    public OverlayCredentials Credentials(int slot, uint epoch, ulong order = 7) => Credentials(_authority, slot, epoch, order);

    public static OverlayCredentials Credentials(CertificateAuthority authority, int slot, uint epoch, ulong order)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var identity = new SwarmIdentity.Guest(new OrderId(order), slot, new LeaseEpoch(epoch), Address.Parse("0x" + new string('1', 40)));
        using var certificate = authority.Issue(identity, key, TimeSpan.FromHours(1));
        return new OverlayCredentials(certificate.CopyWithPrivateKey(key), X509CertificateLoader.LoadCertificate(authority.Root.RawData));
    }

    public async Task<List<int>> Generate(
        int promptTokens, int tokens, CancellationToken cancel, Func<int, Task>? onToken = null, int salt = 0, ImmutableArray<int>? resume = null)
    {
        var request = Request(promptTokens, tokens, salt) with { Resume = resume ?? [] };
        var answer = new List<int>();
        await foreach (var token in Head.Generate(request, cancel))
        {
            answer.Add(token.Token);
            if (onToken is not null) await onToken(answer.Count);
        }
        return answer;
    }

    public static GenerationRequest Request(int promptTokens, int tokens, int salt = 0) => new(
        [.. Enumerable.Range(0, promptTokens).Select(i => (i * 37 + salt * 101 + 5) % FakeKernel.Vocabulary)], tokens,
        new SamplingOptions { Temperature = 0.8, Seed = 5 }, [], []);

    /// <summary>The embedding of a text of so many tokens.</summary>
    public async Task<float[]> Embed(int tokens, CancellationToken cancel, int salt = 0) => [.. await Head.Embed(Request(tokens, 1, salt).Prompt, cancel)];

    public async Task Stands(CancellationToken cancel)
    {
        while (!Head.IsReady) await Task.Delay(2, cancel);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in _members) await member.DisposeAsync();
        _authority.Dispose();
    }

    private Member Start(int slot, uint epoch)
    {
        var credentials = Credentials(slot, epoch);
        var listener = OverlayListener.Start(new IPEndPoint(IPAddress.Loopback, 0), credentials, TimeProvider.System);
        var options = _options with { Slot = slot, Epoch = new LeaseEpoch(epoch) };
        var member = new Member(slot, epoch, credentials, new FlakyWire(listener.LocalEndPoint), _kernels(slot, (int)epoch));
        if (slot == 0)
        {
            member.Head = PipelineHead.Start(options, listener, credentials, TimeProvider.System, _log);
            member.Head.Attach(member.Kernel, _embedding());
        }
        else
        {
            member.Stage = PipelineStage.Start(options, listener, credentials, TimeProvider.System, _log);
            if (_attach(slot)) member.Stage.Attach(member.Kernel);
        }
        return member;
    }

    private void Publish()
    {
        Map = new PipelineMap(++_generation, [.. _members.Select(m => m.Peer)]);
        foreach (var member in _members) member.Update(Map);
    }

    internal sealed class Member(int slot, uint epoch, OverlayCredentials credentials, FlakyWire wire, IStageKernel kernel) : IAsyncDisposable
    {
        public int Slot => slot;

        public uint Epoch => epoch;

        public OverlayCredentials Credentials => credentials;

        public FlakyWire Wire => wire;

        public StagePeer Peer => new(slot, new LeaseEpoch(epoch), wire.EndPoint, credentials.Certificate);

        public IStageKernel Kernel => kernel;

        public PipelineHead? Head { get; set; }

        public PipelineStage? Stage { get; set; }

        public System.Threading.Channels.ChannelReader<PipelineEvent> Events => Head?.Events ?? Stage!.Events;

        public void Update(PipelineMap map)
        {
            Head?.Update(map);
            Stage?.Update(map);
        }

        public async ValueTask DisposeAsync()
        {
            if (Head is not null) await Head.DisposeAsync();
            if (Stage is not null) await Stage.DisposeAsync();
            await wire.DisposeAsync();
            kernel.Dispose();
        }
    }
}
