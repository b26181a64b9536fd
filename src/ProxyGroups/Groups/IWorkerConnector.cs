using ProxyGroups.Configuration;

namespace ProxyGroups.Groups;

/// <summary>Makes what requests travel through to one worker. The request path implements it; this room only keeps its life.</summary>
internal interface IWorkerConnector
{
    IWorkerConnection Connect(ServingWorker worker, ProcessGroupSettings settings);
}
