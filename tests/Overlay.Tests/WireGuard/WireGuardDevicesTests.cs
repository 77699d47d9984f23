using System.Runtime.Versioning;
using SwarmCompute.Overlay.WireGuard;

namespace SwarmCompute.Overlay.Tests.WireGuard;

[SupportedOSPlatform("linux")]
public sealed class WireGuardDevicesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("swarm-programs-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("")]
    [InlineData("sixteen-letters-")]
    [InlineData("-f")]
    [InlineData("../x")]
    [InlineData("a b")]
    public async Task A_name_that_could_be_something_else_is_refused(string name)
    {
        Assert.Contains("cannot name an interface", await Fault(new WireGuardDeviceOptions { InterfaceName = name }), StringComparison.Ordinal);
        Assert.Contains("cannot name a network namespace", await Fault(new WireGuardDeviceOptions { NetworkNamespace = name + "/" }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_ip_its_package_is_named() =>
        Assert.Equal("ip is missing: install the package iproute2.", await Fault(new WireGuardDeviceOptions()));

    [Fact]
    public async Task Without_wg_both_packages_are_named()
    {
        Program("ip", "exit 2");
        NamesBothPackages(await Fault(new WireGuardDeviceOptions()), "wg is missing");
    }

    [Fact]
    public async Task Without_the_kernels_module_and_wireguard_go_both_packages_are_named()
    {
        Program("ip", "echo 'Error: Unknown device type.' >&2; exit 2");
        Program("wg", "echo xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=");
        NamesBothPackages(await Fault(new WireGuardDeviceOptions()), "the kernel has none (Error: Unknown device type.) and wireguard-go is missing");
    }

    [Fact]
    public async Task An_interface_of_the_kernel_that_is_there_already_is_not_taken_over()
    {
        Program("ip", "echo 'RTNETLINK answers: File exists' >&2; exit 2");
        Program("wg", "echo xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=");
        Assert.StartsWith("There is an interface swg0 already", await Fault(new WireGuardDeviceOptions()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_kernels_module_is_taken_where_there_is_one()
    {
        Program("ip", "exit 0");
        Program("wg", "echo xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=");
        await using var device = await Open(new WireGuardDeviceOptions());
        Assert.Equal("kernel", device.Kind);
        Assert.Equal("xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=", device.PublicKey.ToString());
    }

    [Fact]
    public async Task Wireguard_go_that_ends_at_once_is_quoted()
    {
        Program("ip", "exit 2");
        Program("wg", "echo xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=");
        Program("wireguard-go", "echo 'no tunnel device'; exit 1");
        Assert.Contains("wireguard-go ended", await Fault(new WireGuardDeviceOptions { InterfaceName = "swgnone" }), StringComparison.Ordinal);
    }

    private static void NamesBothPackages(string message, string because) => Assert.Equal(
        $"There is no WireGuard here: {because}. Install the packages wireguard-tools and, where the kernel has no wireguard module, wireguard-go.", message);

    private async Task<string> Fault(WireGuardDeviceOptions options) => (await Assert.ThrowsAsync<OverlayException>(() => Open(options))).Message;

    private Task<IWireGuardDevice> Open(WireGuardDeviceOptions options) =>
        WireGuardDevices.Open(options, new SystemPrograms([_folder.FullName]), _ => { }, TimeProvider.System, TestContext.Current.CancellationToken);

    private void Program(string name, string script)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }
}
