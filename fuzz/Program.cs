using SwarmCompute.Fuzz;

return InstrumentedContext.Run(args);
