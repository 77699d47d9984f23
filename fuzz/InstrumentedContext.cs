using System.Reflection;
using System.Runtime.Loader;
using SharpFuzz;

namespace SwarmCompute.Fuzz;

/// <summary>
/// Loads this program once more, with copies of the assemblies under test that SharpFuzz has instrumented: each branch writes to the map of
/// <see cref="EdgeMap"/>. SharpFuzz's own assembly is shared with the first context, so that both see one map.
/// </summary>
internal sealed class InstrumentedContext(string folder) : AssemblyLoadContext("instrumented")
{
    private static readonly string[] UnderTest = ["SwarmCompute.Primitives", "SwarmCompute.Attestation", "SwarmCompute.Guest"];

    /// <summary>Runs <see cref="FuzzCommand"/> in a context of instrumented assemblies.</summary>
    public static int Run(string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("swarm-fuzz-").FullName;
        try
        {
            foreach (var name in UnderTest) Instrument(name, folder);
            var program = new InstrumentedContext(folder).LoadFromAssemblyPath(typeof(FuzzCommand).Assembly.Location);
            var run = program.GetType(typeof(FuzzCommand).FullName!)!.GetMethod(nameof(FuzzCommand.Run), BindingFlags.Public | BindingFlags.Static, [typeof(string[])])!;
            return (int)run.Invoke(null, [arguments])!;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (assemblyName.Name is not { } name || !name.StartsWith("SwarmCompute.", StringComparison.Ordinal)) return null;
        var instrumented = Path.Combine(folder, name + ".dll");
        return LoadFromAssemblyPath(File.Exists(instrumented) ? instrumented : Path.Combine(AppContext.BaseDirectory, name + ".dll"));
    }

    private static void Instrument(string name, string folder)
    {
        var copy = Path.Combine(folder, name + ".dll");
        File.Copy(Path.Combine(AppContext.BaseDirectory, name + ".dll"), copy);
        foreach (var _ in Fuzzer.Instrument(copy, _ => true, Options.Value)) continue;
    }
}
