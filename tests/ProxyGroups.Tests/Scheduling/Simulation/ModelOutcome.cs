using ProxyGroups.Scheduling;

namespace ProxyGroups.Tests.Scheduling.Simulation;

/// <summary>What the model says became of a ticket. Times in milliseconds.</summary>
internal readonly record struct ModelOutcome(AdmissionOutcome Outcome, int Worker, int Epoch, long Waited, double RetryAfterSeconds);
