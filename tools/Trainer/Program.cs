using SwarmCompute.Trainer;

return Commands.Run(args);
