using SwarmCompute.Silo.Tests.Support;
using Xunit.Runner.InProc.SystemConsole;

// "run": plays a guest, as a silo starts one. Anything else runs the tests.
return args is ["run"] ? await PlayedGuest.Run() : await ConsoleRunner.Run(args);
