namespace SwarmCompute.Overlay.WireGuard;

/// <summary>Makes a device of what the machine has: the kernel's module, otherwise wireguard-go.</summary>
public static class WireGuardDevices
{
    /// <summary>Makes a device with a new private key. It has no peers and is not up before <see cref="IWireGuardDevice.Apply"/>.</summary>
    /// <param name="options">Where.</param>
    /// <param name="tell">Told, in one line without secrets, when wireguard-go ends and when it is back; must not throw.</param>
    /// <param name="time">The clock for bounds.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <exception cref="OverlayException">A name breaks its rule, the interface exists already, or neither can be had here; the message says what to install.</exception>
    public static Task<IWireGuardDevice> Open(WireGuardDeviceOptions options, Action<string> tell, TimeProvider time, CancellationToken cancel) =>
        Open(options, SystemPrograms.Installed, tell, time, cancel);

    internal static async Task<IWireGuardDevice> Open(
        WireGuardDeviceOptions options, SystemPrograms programs, Action<string> tell, TimeProvider time, CancellationToken cancel)
    {
        options.Check();
        var command = new SystemCommand(programs, options.NetworkNamespace, time);
        programs.Require(SystemPrograms.Ip);
        if (programs.Find(SystemPrograms.Wg) is null) throw NotHere("wg is missing");
        var key = WireGuardPrivateKey.Create();
        try
        {
            var publicKey = await PublicKey(key, command, cancel);
            var reason = await new OverlayInterface(options.InterfaceName, command).TryAddToKernel(cancel);
            if (reason is null) return new KernelDevice(options.InterfaceName, command, key, publicKey);
            if (programs.Find(SystemPrograms.WireGuardGo) is null) throw NotHere($"the kernel has none ({reason}) and wireguard-go is missing");
            return await UserspaceDevice.Start(options.InterfaceName, command, key, publicKey, tell, cancel);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    internal static async Task<WireGuardPublicKey> PublicKey(WireGuardPrivateKey key, SystemCommand command, CancellationToken cancel)
    {
        using var text = new SecretText();
        text.Base64Line("", key.Bytes);
        return WgText.ReadKey(await command.Run(SystemPrograms.Wg, ["pubkey"], text.Memory, cancel));
    }

    private static OverlayException NotHere(string reason) =>
        new($"There is no WireGuard here: {reason}. Install the packages wireguard-tools and, where the kernel has no wireguard module, wireguard-go.");
}
