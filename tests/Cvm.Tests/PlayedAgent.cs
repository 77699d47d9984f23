using SwarmCompute.Cvm.Development;

namespace SwarmCompute.Cvm.Tests;

/// <summary>An agent with one guest, for the test that kills it.</summary>
internal static class PlayedAgent
{
    public static async Task<int> Run(string directory)
    {
        var driver = new ProcessCvmDriver(new ProcessCvmOptions(Environment.ProcessPath!, directory));
        var guest = await driver.Launch(new CvmLaunch(new LeaseId(new OrderId(7), 0), new LeaseEpoch(1), "wait"u8.ToArray()), CancellationToken.None);
        Console.WriteLine(guest.ProcessId);
        await guest.Exited;
        return 0;
    }
}
