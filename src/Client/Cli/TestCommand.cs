using System.CommandLine;
using SwarmCompute.Client.Testing;

namespace SwarmCompute.Client.Cli;

/// <summary><c>swarm test [WHAT]</c>: runs the test projects of this checkout, one after the other, and counts.</summary>
internal static class TestCommand
{
    public static Command Create()
    {
        var what = new Argument<string>("what")
        {
            Description = "all, unit (only the quick ones, no services), or one room, such as Chain",
            DefaultValueFactory = _ => "all",
        };
        var command = new Command("test", "Runs the tests and ends with 'N passed, N failed'.") { what };
        command.SetAction((parsed, cancel) => new TestRun(RepositoryRoot.Find(), Console.Out, TimeProvider.System).Run(parsed.GetRequiredValue(what), cancel));
        return command;
    }
}
