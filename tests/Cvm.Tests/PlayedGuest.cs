using System.Globalization;

namespace SwarmCompute.Cvm.Tests;

/// <summary>A guest that does what its ticket says: the driver sees a real process, and nothing of SwarmCompute in it.</summary>
internal static class PlayedGuest
{
    public static async Task<int> Run()
    {
        var ticket = (await Console.In.ReadLineAsync())!.Split(' ');
        await Console.Error.WriteLineAsync($"ticket: {string.Join(' ', ticket)}");
        await File.WriteAllTextAsync("stage.gguf", "a slice of a model");
        switch (ticket[0])
        {
            case "fail":
                await Console.Error.WriteLineAsync("the model is not what it should be");
                return 3;
            case "talk":
                for (var i = 0; i < int.Parse(ticket[1], CultureInfo.InvariantCulture); i++) await Console.Error.WriteLineAsync($"{i} {new string('.', 1000)}");
                await Console.Out.WriteLineAsync("the end");
                return 0;
            case "hang":
                await Console.In.ReadToEndAsync();
                await Task.Delay(Timeout.Infinite, CancellationToken.None);
                return 0;
            default:
                await Console.In.ReadToEndAsync();
                return 0;
        }
    }
}
