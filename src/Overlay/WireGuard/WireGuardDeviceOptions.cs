namespace SwarmCompute.Overlay.WireGuard;

/// <summary>Where a device is made.</summary>
public sealed record WireGuardDeviceOptions
{
    private const int InterfaceNameMax = 15;                                 // IFNAMSIZ - 1
    private const int NamespaceNameMax = 64;

    /// <summary>
    /// The interface's name: 1 to 15 lower-case letters, digits and hyphens. Unique on the machine, not only in its network namespace:
    /// wireguard-go's socket is named after it.
    /// </summary>
    public string InterfaceName { get; init; } = "swg0";

    /// <summary>The network namespace (of <c>ip netns</c>) that it is made in; null: that of this process.</summary>
    public string? NetworkNamespace { get; init; }

    /// <summary>Checks the names, which become arguments and a path.</summary>
    /// <exception cref="OverlayException">One breaks its rule.</exception>
    internal void Check()
    {
        if (!IsName(InterfaceName, InterfaceNameMax))
            throw new OverlayException($"'{InterfaceName}' cannot name an interface; give 1 to {InterfaceNameMax} lower-case letters, digits and hyphens.");
        if (NetworkNamespace is not null && !IsName(NetworkNamespace, NamespaceNameMax))
            throw new OverlayException($"'{NetworkNamespace}' cannot name a network namespace; give 1 to {NamespaceNameMax} lower-case letters, digits and hyphens.");
    }

    private static bool IsName(string name, int lengthMax) =>
        name.Length >= 1 && name.Length <= lengthMax && name[0] != '-' && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
