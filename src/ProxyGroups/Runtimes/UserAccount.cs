namespace ProxyGroups.Runtimes;

/// <summary>One line of the list of users, passwd(5).</summary>
internal sealed record UserAccount(string Name, string Home)
{
    /// <summary>By name or number; null where the list does not have it (users of a directory service).</summary>
    public static UserAccount? Find(string nameOrUid, string userList)
    {
        if (!File.Exists(userList))
            return null;
        return File.ReadLines(userList)
            .Select(line => line.Split(':'))
            .Where(fields => fields.Length >= 6 && (fields[0] == nameOrUid || fields[2] == nameOrUid))
            .Select(fields => new UserAccount(fields[0], fields[5]))
            .FirstOrDefault();
    }
}
