using SwarmCompute.Silo;

return await SiloProcess.Run(args);
