namespace SwarmCompute.Attestation.Tests;

/// <summary>Evidence of real hardware that lies outside of the project: where SWARM_VECTORS names its folder, it is judged too.</summary>
internal static class VectorFolder
{
    private static readonly string? Root = Environment.GetEnvironmentVariable("SWARM_VECTORS");

    /// <summary>The folder of a family; null, having seen that the variable is absent, where there are no vectors.</summary>
    public static string? Find(string family)
    {
        if (string.IsNullOrEmpty(Root))
        {
            Assert.True(string.IsNullOrEmpty(Environment.GetEnvironmentVariable("SWARM_VECTORS")));
            return null;
        }
        var folder = Path.Combine(Root, family);
        Assert.True(Directory.Exists(folder), $"{folder} is not there");
        return folder;
    }

    /// <summary>Runs a test on the folder of a family, where there are vectors.</summary>
    public static void Use(string family, Action<string> test)
    {
        if (Find(family) is { } folder) test(folder);
    }
}
