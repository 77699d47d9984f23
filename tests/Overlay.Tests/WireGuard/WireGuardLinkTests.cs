using System.Diagnostics;
using SwarmCompute.Attestation;
using SwarmCompute.Overlay.WireGuard;

namespace SwarmCompute.Overlay.Tests.WireGuard;

/// <summary>Real devices on real interfaces, in network namespaces: needs root, iproute2, wireguard-tools and wireguard-go.</summary>
public sealed class WireGuardLinkTests : IAsyncLifetime, IDisposable
{
    private readonly CertificateAuthority _authority = CertificateAuthority.Create(TimeProvider.System);
    private readonly List<LabGuest> _guests = [];
    private NetworkLab _lab = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _lab = await NetworkLab.Make(3);

    public async ValueTask DisposeAsync()
    {
        try
        {
            await Task.WhenAll(_guests.Select(g => g.DisposeAsync().AsTask()));
        }
        finally
        {
            if (_lab is not null) await _lab.DisposeAsync();
        }
    }

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task Guests_reach_each_other_until_one_is_revoked()
    {
        var (first, second, third) = (await Guest(0), await Guest(1), await Guest(2));
        await first.Meet(second, _authority);
        await first.Meet(third, _authority);
        await second.Meet(third, _authority);
        foreach (var from in _guests)
            foreach (var to in _guests.Where(to => to != from)) Assert.Equal(to.Identity.ToString(), await from.WhoIs(to.Address));

        await first.Overlay.Revoke(third.Identity, Cancel);

        Assert.Null(await third.Ask(first.Address));
        Assert.Null(await first.Ask(third.Address));
        Assert.Equal(second.Identity.ToString(), await first.WhoIs(second.Address));
        Assert.Equal([second.Device.PublicKey], (await first.Device.Read(Cancel)).Select(p => p.PublicKey));
    }

    [Fact]
    public async Task A_successor_answers_at_its_predecessors_address_and_the_predecessor_is_cut_off()
    {
        var (head, stage, successor) = (await Guest(0), await Guest(1), await Guest(2, Parties.Guest(1, epoch: 2)));
        await head.Meet(stage, _authority);
        Assert.Equal(stage.Identity.ToString(), await head.WhoIs(stage.Address));

        await head.Meet(successor, _authority);

        Assert.Equal(successor.Identity.ToString(), await head.WhoIs(stage.Address));
        Assert.Null(await stage.Ask(head.Address));
    }

    [Fact]
    public async Task A_member_cannot_speak_from_another_members_address()
    {
        var (first, second, third) = (await Guest(0), await Guest(1), await Guest(2));
        await first.Meet(second, _authority);
        await first.Meet(third, _authority);
        Assert.Equal(first.Identity.ToString(), await third.WhoIs(first.Address));

        await NetworkLab.Ip($"-n {_lab.Machine(2)} address replace {second.Address}/32 dev {_lab.Interface(2)}");
        await NetworkLab.Ip($"-n {_lab.Machine(2)} route replace {first.Address}/32 dev {_lab.Interface(2)} src {second.Address}");

        Assert.Null(await third.Ask(first.Address));
        Assert.Equal(first.Identity.ToString(), await second.WhoIs(first.Address));
    }

    [Fact]
    public async Task Wireguard_go_that_is_killed_comes_back_with_its_key_and_its_peers()
    {
        var (first, second) = (await Guest(0), await Guest(1));
        await first.Meet(second, _authority);
        Assert.Equal(second.Identity.ToString(), await first.WhoIs(second.Address));
        var before = ((UserspaceDevice)first.Device).ProcessId;

        await Kill(first);

        Assert.NotEqual(before, ((UserspaceDevice)first.Device).ProcessId);
        Assert.Equal(second.Identity.ToString(), await first.WhoIs(second.Address));
        Assert.Equal(first.Identity.ToString(), await second.WhoIs(first.Address));
    }

    [Fact]
    public async Task A_peer_that_is_revoked_while_wireguard_go_is_away_does_not_come_back_with_it()
    {
        var (first, second, third) = (await Guest(0), await Guest(1), await Guest(2));
        await first.Meet(second, _authority);
        await first.Meet(third, _authority);

        var back = Kill(first);
        if (await Record.ExceptionAsync(() => first.Overlay.Revoke(third.Identity, Cancel)) is { } fault) Assert.IsType<OverlayException>(fault);
        await back;

        Assert.Equal([second.Device.PublicKey], (await first.Device.Read(Cancel)).Select(p => p.PublicKey));
    }

    [Fact]
    public async Task A_device_counts_what_came_and_when_keys_were_agreed_on()
    {
        var (first, second) = (await Guest(0), await Guest(1));
        await first.Meet(second, _authority);
        await first.WhoIs(second.Address);

        var status = Assert.Single(await first.Device.Read(Cancel));

        Assert.Equal(second.Device.PublicKey, status.PublicKey);
        Assert.NotNull(status.LatestHandshake);
        Assert.True(status.ReceivedBytes > 0 && status.SentBytes > 0);
    }

    // The tool wg speaks to wireguard-go as it does to the kernel, so what the kernel's device says and reads is tried here without the module.
    [Fact]
    public async Task What_the_kernels_device_tells_wg_is_taken_and_what_it_shows_is_read()
    {
        var guest = await Guest(0);
        using var key = WireGuardPrivateKey.Create();
        var command = new SystemCommand(SystemPrograms.Installed, _lab.Machine(0), TimeProvider.System);
        var publicKey = await WireGuardDevices.PublicKey(key, command, Cancel);
        await using var device = new KernelDevice(_lab.Interface(0), command, key, publicKey);
        var peers = new[] { 1, 2 }.Select(slot => Members.Of(Parties.Guest(slot)).Announcement).Select(a => new WireGuardPeer(a.PublicKey, a.Endpoint, a.Address)).ToList();
        var wanted = new WireGuardConfiguration(guest.Address, 51821, 1380, [.. peers]);

        await device.Apply(wanted, Cancel);
        Assert.Equal(peers.Select(p => p.PublicKey).ToHashSet(), (await device.Read(Cancel)).Select(p => p.PublicKey).ToHashSet());
        await device.Apply(wanted with { Peers = [peers[1]] }, Cancel);

        Assert.Equal([new(peers[1].PublicKey, null, 0, 0)], (await device.Read(Cancel)).Select(p => p with { SentBytes = 0 }));
        Assert.Equal(publicKey.ToString(), (await command.Run(SystemPrograms.Wg, ["show", _lab.Interface(0), "public-key"], default, Cancel)).Trim());
        Assert.Equal($"{peers[1].PublicKey}\t{peers[1].Address}/32", (await command.Run(SystemPrograms.Wg, ["show", _lab.Interface(0), "allowed-ips"], default, Cancel)).Trim());
        Assert.Contains("mtu 1380", await NetworkLab.Ip($"-n {_lab.Machine(0)} link show dev {_lab.Interface(0)}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interface_that_is_there_already_is_not_taken_over()
    {
        var guest = await Guest(0);
        var again = new WireGuardDeviceOptions { InterfaceName = guest.Device.InterfaceName, NetworkNamespace = _lab.Machine(0) };
        var fault = await Assert.ThrowsAsync<OverlayException>(() => WireGuardDevices.Open(again, _ => { }, TimeProvider.System, Cancel));
        Assert.Contains("already", fault.Message, StringComparison.Ordinal);
        Assert.Empty(await guest.Device.Read(Cancel));
    }

    [Fact]
    public async Task Nothing_is_left_of_a_device_that_was_disposed()
    {
        var guest = await Guest(0);
        Assert.Contains(_lab.Interface(0), await NetworkLab.Ip($"-n {_lab.Machine(0)} link show"), StringComparison.Ordinal);

        await guest.Overlay.DisposeAsync();

        Assert.DoesNotContain(_lab.Interface(0), await NetworkLab.Ip($"-n {_lab.Machine(0)} link show"), StringComparison.Ordinal);
        Assert.False(File.Exists($"/var/run/wireguard/{_lab.Interface(0)}.sock"));
    }

    /// <summary>Kills a guest's wireguard-go, and waits until there is another.</summary>
    private static async Task Kill(LabGuest guest)
    {
        using (var child = Process.GetProcessById(((UserspaceDevice)guest.Device).ProcessId)) child.Kill();
        while (!(await guest.Said.ReadAsync(Cancel)).EndsWith("is back.", StringComparison.Ordinal)) { }
    }

    private async Task<LabGuest> Guest(int machine, SwarmIdentity.Guest? identity = null)
    {
        var guest = await LabGuest.Start(_lab, machine, identity ?? Parties.Guest(machine));
        _guests.Add(guest);
        return guest;
    }
}
