using System.Collections.Immutable;

namespace SwarmCompute.Overlay.WireGuard;

/// <summary>Finds the programs that the overlay uses, each of which comes with a package.</summary>
/// <param name="Folders">Where they are looked for, in this order.</param>
internal sealed record SystemPrograms(ImmutableArray<string> Folders)
{
    public const string Ip = "ip", Wg = "wg", WireGuardGo = "wireguard-go";

    /// <summary>The folders of PATH, then those of Debian's packages.</summary>
    public static SystemPrograms Installed { get; } = new(
        [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Where(Path.IsPathRooted), "/usr/bin", "/usr/sbin", "/bin", "/sbin"]);

    public string? Find(string program) => Folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    /// <exception cref="OverlayException">It is not installed.</exception>
    public string Require(string program) =>
        Find(program) ?? throw new OverlayException($"{program} is missing: install the package {Package(program)}.");

    private static string Package(string program) => program switch { Ip => "iproute2", Wg => "wireguard-tools", _ => program };
}
