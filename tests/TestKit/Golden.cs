using System.Runtime.CompilerServices;
using Xunit;

namespace SwarmCompute.TestKit;

/// <summary>Compares a text with a checked-in file beside the test; UPDATE_GOLDEN=1 rewrites the file, and the diff is reviewed.</summary>
public static class Golden
{
    /// <summary>Fails unless the file of this name holds this text.</summary>
    public static void Equal(string fileName, string actual, [CallerFilePath] string testFile = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(testFile)!, fileName);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1") File.WriteAllText(path, actual);
        Assert.Equal(File.ReadAllText(path), actual);
    }
}
