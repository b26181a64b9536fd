using System.Text.Json.Serialization;

namespace ProxyGroups.Supervision;

/// <summary>Source-generated JSON of <see cref="WorkerRecord"/>.</summary>
[JsonSerializable(typeof(WorkerRecord))]
internal sealed partial class WorkerRecordJson : JsonSerializerContext;
