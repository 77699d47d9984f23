using SwarmCompute;
using Xunit.Runner.InProc.SystemConsole;

// "host DIRECTORY": hosts a store until it is killed, or until its input ends. Anything else runs the tests.
if (args is not ["host", var directory]) return await ConsoleRunner.Run(args);
using var store = EmbeddedStore.Start(new EmbeddedStoreOptions { Directory = directory });
Console.WriteLine(store.ConnectionString);
Console.In.ReadToEnd();
return 0;
