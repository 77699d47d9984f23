using SwarmCompute.Cvm.Tests;
using Xunit.Runner.InProc.SystemConsole;

// "run": plays a guest, as the driver starts one. "agent DIRECTORY": starts a guest, says its process id, waits to be killed.
return args switch
{
    ["run"] => await PlayedGuest.Run(),
    ["agent", var directory] => await PlayedAgent.Run(directory),
    _ => await ConsoleRunner.Run(args),
};
