using SwarmCompute.Client.Cli;

using var stop = new StopSignals();
return await SwarmCommandLine.Run(args, stop.Token);
