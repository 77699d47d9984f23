using System.Runtime.InteropServices;
using SwarmCompute.TestKit;

namespace SwarmCompute.Inference.Tests;

/// <summary>The real engine, from the packages that 'npm ci' installs in the folder native.</summary>
internal static class TestEngine
{
    private static readonly Lazy<bool> Initialized = new(() =>
    {
        LlamaCpp.Initialize(LibraryDirectory);
        return true;
    });

    public static string LibraryDirectory
    {
        get
        {
            var machine = $"{(OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "mac" : "linux")}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
            return Repository.PathOf("native", "node_modules", "@node-llama-cpp", machine, "bins", machine);
        }
    }

    /// <summary>Loads it, once for the test process.</summary>
    public static void Require() => _ = Initialized.Value;
}
