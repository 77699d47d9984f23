using System.Globalization;

namespace SwarmCompute.Overlay.WireGuard;

/// <summary>What is done to the interface itself, by <c>ip</c>, whatever moves its packets.</summary>
internal sealed class OverlayInterface(string name, SystemCommand command)
{
    /// <summary>Gives it its address, with the route to the order's block, and its MTU, and brings it up; doing so again changes nothing.</summary>
    /// <exception cref="OverlayException">A command failed.</exception>
    public async Task BringUp(WireGuardConfiguration wanted, CancellationToken cancel)
    {
        await Ip(["address", "replace", string.Create(CultureInfo.InvariantCulture, $"{wanted.Address}/{OverlayAddress.PrefixLength}"), "dev", name], cancel);
        await Ip(["link", "set", "dev", name, "mtu", wanted.Mtu.ToString(CultureInfo.InvariantCulture), "up"], cancel);
    }

    /// <summary>Makes it in the kernel; null where that worked, otherwise what the kernel said.</summary>
    /// <exception cref="OverlayException">There is one of this name, or <c>ip</c> is missing.</exception>
    public async Task<string?> TryAddToKernel(CancellationToken cancel)
    {
        var (code, _, error) = await command.Try(SystemPrograms.Ip, ["link", "add", "dev", name, "type", "wireguard"], default, cancel);
        if (code == 0) return null;
        var reason = SystemCommand.FirstLine(error);
        return reason.Contains("File exists", StringComparison.Ordinal)
            ? throw new OverlayException($"There is an interface {name} already; remove it, or give another name.")
            : reason;
    }

    /// <summary>Removes it.</summary>
    /// <exception cref="OverlayException">A command failed.</exception>
    public Task Remove(CancellationToken cancel) => Ip(["link", "delete", "dev", name], cancel);

    private Task<string> Ip(string[] arguments, CancellationToken cancel) => command.Run(SystemPrograms.Ip, arguments, default, cancel);
}
