using System.Reflection;
using System.Runtime.InteropServices;

namespace SwarmCompute.Inference;

/// <summary>
/// Finds the libraries of llama.cpp in one directory: that of the npm package @node-llama-cpp for the machine, whose files
/// carry the release and, with a GPU, the kind of GPU in their names (libllama.v0.5.0.so, libllama.cuda.v0.5.0.so).
/// </summary>
internal static class NativeLibraries
{
    public const string Release = "v0.5.0";

    private static readonly Dictionary<string, nint> Loaded = new(StringComparer.Ordinal);
    private static bool _resolving;

    /// <summary>Loads the three libraries, those first that others need, and lets imports find them. Not for several threads at once.</summary>
    /// <exception cref="InferenceException">One is missing or cannot be loaded.</exception>
    public static void Load(string directory)
    {
        foreach (var (import, name) in new[]
        {
            (NativeMethods.GgmlBase, Path.Combine(directory, FileName("ggml-base", ""))),
            (NativeMethods.Ggml, Find(directory, "ggml")), (NativeMethods.Llama, Find(directory, "llama")),
        })
        {
            try
            {
                Loaded[import] = NativeLibrary.Load(name);
            }
            catch (Exception failure) when (failure is DllNotFoundException or BadImageFormatException)
            {
                throw new InferenceException($"The inference library {name} cannot be loaded: {failure.Message.ReplaceLineEndings(" ")}", failure);
            }
        }
        if (_resolving) return;
        NativeLibrary.SetDllImportResolver(typeof(NativeLibraries).Assembly, Resolve);
        _resolving = true;
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) => Loaded.GetValueOrDefault(name);

    private static string Find(string directory, string name)
    {
        var plain = FileName(name, $".{Release}");
        var flavored = FileName(name, $".*.{Release}");
        var found = Directory.Exists(directory)
            ? Directory.EnumerateFiles(directory, plain).Concat(Directory.EnumerateFiles(directory, flavored).Order(StringComparer.Ordinal)).FirstOrDefault()
            : null;
        return found ?? throw new InferenceException(
            $"There is no {plain} in {directory}: run 'npm ci' in the folder native, and let Inference:LibraryDirectory name the bins folder of @node-llama-cpp for this machine.");
    }

    private static string FileName(string name, string suffix) =>
        OperatingSystem.IsWindows() ? $"{name}{suffix}.dll" : OperatingSystem.IsMacOS() ? $"lib{name}{suffix}.dylib" : $"lib{name}{suffix}.so";
}
