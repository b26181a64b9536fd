using System.Diagnostics.Metrics;

namespace ProxyGroups.Telemetry;

/// <summary>What the groups are like at the moment, each with its labels.</summary>
internal interface IGroupGauges
{
    IEnumerable<Measurement<long>> QueueLength();

    IEnumerable<Measurement<long>> QueueLimit();

    /// <summary>By group and rank.</summary>
    IEnumerable<Measurement<long>> SlotUsage();

    /// <summary>By group and rank.</summary>
    IEnumerable<Measurement<long>> SlotLimit();

    /// <summary>By group and state.</summary>
    IEnumerable<Measurement<long>> Workers();

    IEnumerable<Measurement<long>> WantedWorkers();

    /// <summary>By group, since one of its name first came.</summary>
    IEnumerable<Measurement<long>> Requests();

    /// <summary>By group the times that have not been taken yet: of each length how many.</summary>
    IEnumerable<(string Group, IEnumerable<(TimeSpan Mean, long Count)> Waits, IEnumerable<(TimeSpan Mean, long Count)> Services)> TakeTimes();

    /// <summary>By group and status code, since one of its name first came.</summary>
    IEnumerable<Measurement<long>> Answers();
}
