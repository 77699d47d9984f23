using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using SwarmCompute.Attestation;
using SwarmCompute.Overlay.WireGuard;

namespace SwarmCompute.Overlay.Tests.WireGuard;

/// <summary>A guest on a machine of the lab: its device, its place on the overlay, and a service that answers with the guest's name.</summary>
internal sealed class LabGuest : IAsyncDisposable
{
    private const int UdpPort = 51820, ServicePort = 7000;

    private readonly NetworkLab _lab;
    private readonly int _machine;
    private readonly Socket _service;
    private readonly Channel<string> _said;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    private LabGuest(NetworkLab lab, int machine, SwarmIdentity.Guest identity, IWireGuardDevice device, WireGuardOverlay overlay, Channel<string> said, Socket service)
    {
        (_lab, _machine, Identity, Device, Overlay, _said, _service) = (lab, machine, identity, device, overlay, said, service);
        _serving = Serve();
    }

    public SwarmIdentity.Guest Identity { get; }

    public IWireGuardDevice Device { get; }

    public WireGuardOverlay Overlay { get; }

    /// <summary>What the device says of wireguard-go.</summary>
    public ChannelReader<string> Said => _said.Reader;

    public IPAddress Address => OverlayAddress.Of(Identity.Lease);

    public static async Task<LabGuest> Start(NetworkLab lab, int machine, SwarmIdentity.Guest identity)
    {
        var (cancel, said) = (TestContext.Current.CancellationToken, Channel.CreateBounded<string>(64));
        var options = new WireGuardDeviceOptions { InterfaceName = lab.Interface(machine), NetworkNamespace = lab.Machine(machine) };
        var device = await WireGuardDevices.Open(options, line => said.Writer.TryWrite(line), TimeProvider.System, cancel);
        var overlay = await WireGuardOverlay.Start(device, identity, new IPEndPoint(NetworkLab.Address(machine), UdpPort), TimeProvider.System, cancel);
        var service = await lab.Tcp(machine);
        service.Bind(new IPEndPoint(IPAddress.Any, ServicePort));
        service.Listen();
        return new LabGuest(lab, machine, identity, device, overlay, said, service);
    }

    /// <summary>Meets another guest, as guests do, over an authenticated link.</summary>
    public async Task Meet(LabGuest other, CertificateAuthority authority)
    {
        await using var link = await Link.Make(authority, Identity, other.Identity);
        var decisions = await Task.WhenAll(
            Overlay.Meet(link.Accepted, TestContext.Current.CancellationToken),
            other.Overlay.Meet(link.Dialed, TestContext.Current.CancellationToken));
        Assert.All(decisions, decision => Assert.IsType<WireGuardMembershipDecision.Joined>(decision));
    }

    /// <summary>Who answers at an address; tries until somebody does.</summary>
    public async Task<string> WhoIs(IPAddress address)
    {
        while (true)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            if (await Ask(address) is { } name) return name;
        }
    }

    /// <summary>Who answers at an address; null: nobody within two seconds.</summary>
    public async Task<string?> Ask(IPAddress address)
    {
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        using var socket = await _lab.Tcp(_machine);
        try
        {
            await socket.ConnectAsync(new IPEndPoint(address, ServicePort), bound.Token);
            await using var stream = new NetworkStream(socket);
            using var reader = new StreamReader(stream);
            return await reader.ReadToEndAsync(bound.Token);
        }
        catch (Exception fault) when (fault is SocketException or IOException or OperationCanceledException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _service.Dispose();
        await _serving;
        await Overlay.DisposeAsync();
    }

    private async Task Serve()
    {
        try
        {
            while (true)
            {
                using var socket = await _service.AcceptAsync(_stop.Token);
                await socket.SendAsync(Encoding.UTF8.GetBytes(Identity.ToString()), _stop.Token);
                socket.Shutdown(SocketShutdown.Both);
            }
        }
        catch (OperationCanceledException)
        {
            // The guest is being disposed.
        }
    }
}
