using System.Threading.Channels;
using SwarmCompute.Attestation;

namespace SwarmCompute.Overlay.WireGuard;

/// <summary>One guest's place on its order's WireGuard overlay: tells the device who is a member, and watches over the members.</summary>
public sealed class WireGuardOverlay : IAsyncDisposable
{
    private readonly IWireGuardDevice _device;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<WireGuardEvent> _events = Channel.CreateBounded<WireGuardEvent>(
        new BoundedChannelOptions(WireGuardLimits.EventsMax) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly Task _watching;
    private WireGuardMembership _membership;
    private bool _isTold = true;

    private WireGuardOverlay(IWireGuardDevice device, WireGuardMembership membership, TimeProvider time)
    {
        (_device, _membership, _time) = (device, membership, time);
        Engine = EngineEnvironment.For(device.InterfaceName, membership.Self.Announcement.Address);
        _watching = Watch();
    }

    /// <summary>What an engine must be told to use the overlay.</summary>
    public EngineEnvironment Engine { get; }

    /// <summary>What was noticed; nothing more comes once this is disposed. Where nobody takes them, the oldest are dropped.</summary>
    public ChannelReader<WireGuardEvent> Events => _events.Reader;

    /// <summary>Brings the device up, without peers.</summary>
    /// <param name="device">The device, which is disposed with this, and also where this fails.</param>
    /// <param name="identity">This guest, as its certificate names it.</param>
    /// <param name="endpoint">Where peers reach this guest's device by UDP; it listens on this port.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <exception cref="OverlayException">The device cannot be told.</exception>
    public static async Task<WireGuardOverlay> Start(
        IWireGuardDevice device, SwarmIdentity.Guest identity, System.Net.IPEndPoint endpoint, TimeProvider time, CancellationToken cancel)
    {
        try
        {
            var own = new WireGuardAnnouncement(device.PublicKey, endpoint, OverlayAddress.Of(identity.Lease));
            var membership = new WireGuardMembership(new WireGuardMember(identity, own));
            await device.Apply(membership.Configuration(), cancel);
            return new WireGuardOverlay(device, membership, time);
        }
        catch
        {
            await device.DisposeAsync();
            throw;
        }
    }

    /// <summary>Exchanges announcements over an authenticated link, and takes the peer in where what it says is to be believed.</summary>
    /// <exception cref="OverlayException">The exchange failed, or the device cannot be told now; then the peer is told of as soon as that works.</exception>
    public async Task<WireGuardMembershipDecision> Meet(OverlayConnection link, CancellationToken cancel)
    {
        var member = await WireGuardExchange.With(link, _membership.Self.Announcement, _time, cancel);
        return await Announce(member, cancel);
    }

    /// <summary>Takes a member in, where what it announced is to be believed.</summary>
    /// <exception cref="OverlayException">The device cannot be told now; that is tried again.</exception>
    internal async Task<WireGuardMembershipDecision> Announce(WireGuardMember member, CancellationToken cancel)
    {
        await _one.WaitAsync(cancel);
        try
        {
            var decision = _membership.Announce(member);
            if (decision is WireGuardMembershipDecision.Joined joined) await Tell(joined.Next, cancel);
            return decision;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Takes a lease, and all before it on its slot, off the overlay for good.</summary>
    /// <exception cref="OverlayException">The device cannot be told now; that is tried again.</exception>
    public async Task Revoke(SwarmIdentity.Guest identity, CancellationToken cancel)
    {
        await _one.WaitAsync(cancel);
        try
        {
            await Tell(_membership.Revoke(identity), cancel);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Leaves the overlay; the interface goes.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested) return;
        await _stop.CancelAsync();
        try
        {
            await _watching;
        }
        finally
        {
            _events.Writer.TryComplete();
            await _device.DisposeAsync();
        }
    }

    private async Task Tell(WireGuardMembership membership, CancellationToken cancel)
    {
        (_membership, _isTold) = (membership, false);
        await _device.Apply(membership.Configuration(), cancel);
        _isTold = true;
    }

    private async Task Watch()
    {
        var (health, began) = (WireGuardHealth.Empty, _time.GetTimestamp());
        try
        {
            while (true)
            {
                await Task.Delay(WireGuardLimits.LookEvery, _time, _stop.Token);
                health = await Look(health, began);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // It is being disposed.
        }
    }

    private async Task<WireGuardHealth> Look(WireGuardHealth health, long began)
    {
        await _one.WaitAsync(_stop.Token);
        try
        {
            if (!_isTold) await Tell(_membership, _stop.Token);
            var (next, events) = health.Look(_membership.Members.Values, await _device.Read(_stop.Token), _time.GetElapsedTime(began));
            foreach (var noticed in events) _events.Writer.TryWrite(noticed);
            return next;
        }
        catch (OverlayException fault)
        {
            _events.Writer.TryWrite(new WireGuardEvent.DeviceFault(fault.Message));
            return health;
        }
        finally
        {
            _one.Release();
        }
    }
}
