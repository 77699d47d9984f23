using System.Collections.Immutable;
using System.Net;
using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;
using SwarmCompute.Overlay.WireGuard;

namespace SwarmCompute.Overlay.Tests.WireGuard;

public sealed class WireGuardOverlayTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly PlayedDevice _device = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _device.DisposeAsync();

    [Fact]
    public async Task A_peer_that_stays_silent_is_said_to_be_lost()
    {
        await using var overlay = await Start();
        await overlay.Announce(Members.Of(Parties.Guest(1)), Cancel);

        var lost = Assert.IsType<WireGuardEvent.Lost>(await NextEvent(overlay));

        Assert.Equal(Parties.Guest(1), lost.Member);
        Assert.Null(lost.LatestHandshake);
    }

    [Fact]
    public async Task A_revocation_that_the_device_did_not_take_is_told_again()
    {
        await using var overlay = await Start();
        await overlay.Announce(Members.Of(Parties.Guest(1)), Cancel);
        _device.IsBroken = true;
        await Assert.ThrowsAsync<OverlayException>(() => overlay.Revoke(Parties.Guest(1), Cancel));
        Assert.IsType<WireGuardEvent.DeviceFault>(await NextEvent(overlay));
        while (_device.Told.Reader.TryRead(out _)) { }

        _device.IsBroken = false;

        Assert.Empty((await Advancing(_device.Told.Reader.ReadAsync(Cancel).AsTask())).Peers);
    }

    [Fact]
    public async Task A_refused_announcement_does_not_reach_the_device()
    {
        await using var overlay = await Start();
        await _device.Told.Reader.ReadAsync(Cancel);
        Assert.IsType<WireGuardMembershipDecision.Refused>(await overlay.Announce(Members.Of(Parties.Guest(1, order: 8)), Cancel));
        Assert.False(_device.Told.Reader.TryRead(out _));
    }

    [Fact]
    public async Task A_device_that_cannot_be_told_at_the_start_is_disposed()
    {
        _device.IsBroken = true;
        await Assert.ThrowsAsync<OverlayException>(Start);
        Assert.True(_device.IsDisposed);
    }

    private Task<WireGuardOverlay> Start() => WireGuardOverlay.Start(_device, Parties.Guest(0), IPEndPoint.Parse("192.0.2.1:51820"), _time, Cancel);

    private Task<WireGuardEvent> NextEvent(WireGuardOverlay overlay) => Advancing(overlay.Events.ReadAsync(Cancel).AsTask());

    private async Task<T> Advancing<T>(Task<T> awaited)
    {
        while (!awaited.IsCompleted)
        {
            _time.Advance(WireGuardLimits.LookEvery);
            await Task.Delay(5, Cancel);
        }
        return await awaited;
    }

    private sealed class PlayedDevice : IWireGuardDevice
    {
        public volatile bool IsBroken;

        public bool IsDisposed { get; private set; }

        public Channel<WireGuardConfiguration> Told { get; } = Channel.CreateUnbounded<WireGuardConfiguration>();

        public string InterfaceName => "swg0";

        public string Kind => "played";

        public WireGuardPublicKey PublicKey { get; } = Members.Key(Parties.Guest(0));

        public Task Apply(WireGuardConfiguration configuration, CancellationToken cancel)
        {
            if (IsBroken) throw new OverlayException("The device is broken.");
            Told.Writer.TryWrite(configuration);
            return Task.CompletedTask;
        }

        public Task<ImmutableArray<WireGuardPeerStatus>> Read(CancellationToken cancel) =>
            IsBroken ? throw new OverlayException("The device is broken.") : Task.FromResult(ImmutableArray<WireGuardPeerStatus>.Empty);

        public ValueTask DisposeAsync()
        {
            IsDisposed = true;
            return ValueTask.CompletedTask;
        }
    }
}
