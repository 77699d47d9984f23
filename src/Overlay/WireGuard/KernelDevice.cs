using System.Collections.Immutable;

namespace SwarmCompute.Overlay.WireGuard;

/// <summary>A device of the kernel's module, which is told by <c>wg</c> (the kernel itself speaks netlink, and has no socket).</summary>
internal sealed class KernelDevice(string name, SystemCommand command, WireGuardPrivateKey key, WireGuardPublicKey publicKey) : IWireGuardDevice
{
    private readonly OverlayInterface _interface = new(name, command);
    private readonly SemaphoreSlim _one = new(1, 1);
    private bool _disposed;

    public string InterfaceName => name;

    public string Kind => "kernel";

    public WireGuardPublicKey PublicKey => publicKey;

    public async Task Apply(WireGuardConfiguration configuration, CancellationToken cancel)
    {
        await _one.WaitAsync(cancel);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            using var text = new SecretText();
            WgText.Write(text, key, configuration);
            await command.Run(SystemPrograms.Wg, ["syncconf", name, "/dev/stdin"], text.Memory, cancel);
            await _interface.BringUp(configuration, cancel);
        }
        finally
        {
            _one.Release();
        }
    }

    public async Task<ImmutableArray<WireGuardPeerStatus>> Read(CancellationToken cancel) => WgText.ReadStatus(
        await command.Run(SystemPrograms.Wg, ["show", name, "latest-handshakes"], default, cancel),
        await command.Run(SystemPrograms.Wg, ["show", name, "transfer"], default, cancel));

    public async ValueTask DisposeAsync()
    {
        await _one.WaitAsync(CancellationToken.None);
        try
        {
            if (_disposed) return;
            _disposed = true;
            key.Dispose();
            await _interface.Remove(CancellationToken.None);
        }
        finally
        {
            _one.Release();
        }
    }
}
