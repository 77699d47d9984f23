using System.Collections.Immutable;
using System.Globalization;

namespace SwarmCompute.Overlay.WireGuard;

/// <summary>A device of wireguard-go, which runs as a child and is started again, and told again, whenever it ends.</summary>
internal sealed class UserspaceDevice : IWireGuardDevice
{
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(50), RestartAfter = TimeSpan.FromMilliseconds(250),
        RestartAfterMax = TimeSpan.FromSeconds(10), LivesWell = TimeSpan.FromSeconds(30);

    private readonly SystemCommand _command;
    private readonly WireGuardPrivateKey _key;
    private readonly Action<string> _tell;
    private readonly UapiSocket _socket;
    private readonly OverlayInterface _interface;
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly CancellationTokenSource _stop = new();
    private WireGuardConfiguration? _wanted;
    private WireGuardGoProcess? _process;
    private Task _supervising = Task.CompletedTask;

    private UserspaceDevice(string name, SystemCommand command, WireGuardPrivateKey key, WireGuardPublicKey publicKey, Action<string> tell)
    {
        (InterfaceName, PublicKey, _command, _key, _tell) = (name, publicKey, command, key, tell);
        (_socket, _interface) = (new UapiSocket(name, command.Time), new OverlayInterface(name, command));
    }

    public string InterfaceName { get; }

    public string Kind => "wireguard-go";

    public WireGuardPublicKey PublicKey { get; }

    /// <summary>The child's process id.</summary>
    public int ProcessId => _process!.ProcessId;

    /// <exception cref="OverlayException">It does not start, or there is a device of this name.</exception>
    public static async Task<UserspaceDevice> Start(
        string name, SystemCommand command, WireGuardPrivateKey key, WireGuardPublicKey publicKey, Action<string> tell, CancellationToken cancel)
    {
        var device = new UserspaceDevice(name, command, key, publicKey, tell);
        device._process = await device.Launch(cancel);
        device._supervising = device.Supervise(device._process);
        return device;
    }

    public async Task Apply(WireGuardConfiguration configuration, CancellationToken cancel)
    {
        await _one.WaitAsync(cancel);
        try
        {
            ObjectDisposedException.ThrowIf(_stop.IsCancellationRequested, this);
            _wanted = configuration;
            await Configure(configuration, cancel);
        }
        finally
        {
            _one.Release();
        }
    }

    public async Task<ImmutableArray<WireGuardPeerStatus>> Read(CancellationToken cancel) => (await _socket.Get(cancel)).Peers;

    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested) return;
        await _stop.CancelAsync();
        await _one.WaitAsync(CancellationToken.None);
        try
        {
            _key.Dispose();
            await End(_process!);
            await _supervising;
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task Configure(WireGuardConfiguration configuration, CancellationToken cancel)
    {
        using var text = new SecretText();
        UapiCodec.WriteSet(text, _key, configuration, await _socket.Get(cancel));
        await _socket.Set(text, cancel);
        await _interface.BringUp(configuration, cancel);
    }

    private async Task<WireGuardGoProcess> Launch(CancellationToken cancel)
    {
        if (await _socket.IsServed(cancel)) throw new OverlayException($"There is a WireGuard device {InterfaceName} already; end it, or give another name.");
        var process = WireGuardGoProcess.Start(InterfaceName, _command);
        try
        {
            await UntilItAnswers(process, cancel);
            return process;
        }
        catch
        {
            await End(process);
            throw;
        }
    }

    private async Task UntilItAnswers(WireGuardGoProcess process, CancellationToken cancel)
    {
        using var bound = new CancellationTokenSource(WireGuardLimits.StartTime, _command.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, bound.Token);
        try
        {
            while (!await _socket.IsServed(either.Token))
            {
                if (process.Exited.IsCompleted) throw new OverlayException($"wireguard-go ended: {process.LastWords}");
                await Task.Delay(LookAgainAfter, _command.Time, either.Token);
            }
            await _socket.Get(either.Token);
        }
        catch (OperationCanceledException fault) when (!cancel.IsCancellationRequested)
        {
            throw new OverlayException($"wireguard-go did not answer within {WireGuardLimits.StartTime.TotalSeconds} s: {process.LastWords}", fault);
        }
    }

    private async Task Supervise(WireGuardGoProcess process)
    {
        var wait = RestartAfter;
        try
        {
            while (true)
            {
                var began = _command.Time.GetTimestamp();
                await process.Exited.WaitAsync(_stop.Token);
                wait = _command.Time.GetElapsedTime(began) >= LivesWell ? RestartAfter : wait;
                _tell(string.Create(CultureInfo.InvariantCulture, $"wireguard-go of {InterfaceName} ended ({process.LastWords}); it is started again in {wait.TotalSeconds} s."));
                await Task.Delay(wait, _command.Time, _stop.Token);
                wait = wait * 2 > RestartAfterMax ? RestartAfterMax : wait * 2;
                process = await Restart(process);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The device is being disposed, which ends the child.
        }
    }

    /// <summary>The new child; the old one, ended, where that failed.</summary>
    private async Task<WireGuardGoProcess> Restart(WireGuardGoProcess ended)
    {
        await _one.WaitAsync(_stop.Token);
        try
        {
            await End(_process!);
            _process = await Launch(_stop.Token);
            if (_wanted is { } wanted) await Configure(wanted, _stop.Token);
            _tell($"wireguard-go of {InterfaceName} is back.");
            return _process;
        }
        catch (OverlayException fault)
        {
            await End(_process!);                                            // one that cannot be told is of no use
            _tell($"wireguard-go of {InterfaceName} did not come back: {fault.Message}");
            return ended;
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task End(WireGuardGoProcess process)
    {
        await process.DisposeAsync();
        _socket.RemoveFile();
    }
}
