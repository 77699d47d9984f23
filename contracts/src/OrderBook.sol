// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {EscrowVault} from "./EscrowVault.sol";

/// @title Orders, their leases, their reports and their settlement
/// @notice An order locks a deposit for a manifest. The authority that the customer chose signs a lease for each slot; the key of slot 0's
/// lease signs the report; the report pays. Signatures are ECDSA on P-256, so that keys can live in enclaves and be certified there; who
/// sends the transaction does not matter. A higher epoch replaces a slot's lease, and whatever the old one signed is void.
/// @dev No owner, no upgrade. Every event carries `n`, the order's own count of events from 1: a gap shows that one was missed.
contract OrderBook {
    enum Status {
        None,
        Open,
        Running,
        Closing,
        Completed,
        Cancelled,
        Expired
    }

    struct Order {
        address customer;
        uint64 endsAt;
        Status status;
        uint8 slots;
        uint8 leasedSlots;
        bool reported;
        bytes32 manifestHash;
        bytes32 authorityKeyHash;
        uint128 deposit;
        uint128 unitPrice;
        bytes32 reportHash;
        uint128 units;
        uint128 paid;
        uint128 refunded;
        uint32 events;
    }

    struct Lease {
        address provider;
        uint32 epoch;
        bytes32 keyHash;
    }

    /// @dev A P-256 public key (x, y) and its signature (r, s) with s at most half the group order.
    struct KeySignature {
        bytes32 x;
        bytes32 y;
        bytes32 r;
        bytes32 s;
    }

    /// @notice The most slots of one order: bounds the loop of `settle`.
    uint8 public constant MAX_SLOTS = 16;

    /// @notice A deposit pays for at least this many units.
    uint128 public constant MIN_UNITS = 1;

    bytes32 private constant LEASE_DOMAIN = "SwarmCompute.Lease.v1";
    bytes32 private constant REPORT_DOMAIN = "SwarmCompute.Report.v1";

    /// @notice Where the deposits are.
    EscrowVault public immutable VAULT;

    /// @notice The number of orders placed; ids run from 1 to this.
    uint64 public orderCount;

    mapping(uint64 orderId => Order) private _orders;
    mapping(uint64 orderId => mapping(uint8 slot => Lease)) private _leases;

    event OrderPlaced(
        uint64 indexed orderId,
        address indexed customer,
        bytes32 manifestHash,
        uint128 deposit,
        uint128 unitPrice,
        uint8 slots,
        bytes32 authorityKeyHash,
        uint64 endsAt,
        uint32 n
    );
    event LeaseAssigned(uint64 indexed orderId, uint8 slot, uint32 epoch, address indexed provider, bytes32 keyHash, uint32 n);
    event OrderRunning(uint64 indexed orderId, uint32 n);
    event OrderClosing(uint64 indexed orderId, uint32 n);
    event ReportSubmitted(uint64 indexed orderId, uint32 epoch, bytes32 reportHash, uint128 units, uint32 n);
    event OrderSettled(uint64 indexed orderId, uint128 paid, uint128 refunded, uint32 n);
    event OrderCancelled(uint64 indexed orderId, uint128 refunded, uint32 n);
    event OrderExpired(uint64 indexed orderId, uint128 refunded, uint32 n);

    error ZeroAddress();
    error DepositTooSmall(uint128 given, uint128 needed);
    error SlotsOutOfRange(uint8 given, uint8 max);
    error EndsInThePast(uint64 endsAt, uint64 timeNow);
    error UnknownOrder(uint64 orderId);
    error WrongStatus(uint64 orderId, Status status);
    error UnknownSlot(uint8 given, uint8 slots);
    error StaleEpoch(uint32 given, uint32 current);
    error WrongKey(bytes32 given, bytes32 expected);
    error BadSignature();
    error NotCustomer(address caller);
    error ReportAlreadySubmitted(uint64 orderId);
    error NoReport(uint64 orderId);
    error NotYetEnded(uint64 endsAt, uint64 timeNow);

    /// @param vault The vault, whose deployer must then name this contract as its OrderBook.
    constructor(EscrowVault vault) {
        if (address(vault) == address(0)) revert ZeroAddress();
        VAULT = vault;
    }

    /// @notice Places an order and locks its deposit, which the caller must have approved to the vault.
    /// @param manifestHash What to run: the hash of the canonical manifest.
    /// @param deposit The most that the order can cost; the rest comes back.
    /// @param unitPrice The price of a unit of work.
    /// @param slots How many leases it needs, 1 to MAX_SLOTS.
    /// @param authorityKeyHash SHA-256 of x‖y of the P-256 key that must sign its leases.
    /// @param endsAt From when anyone may expire it, in seconds since 1970.
    /// @return orderId The order, from 1.
    function placeOrder(bytes32 manifestHash, uint128 deposit, uint128 unitPrice, uint8 slots, bytes32 authorityKeyHash, uint64 endsAt)
        external
        returns (uint64 orderId)
    {
        if (slots == 0 || slots > MAX_SLOTS) revert SlotsOutOfRange(slots, MAX_SLOTS);
        if (endsAt <= _timeNow()) revert EndsInThePast(endsAt, _timeNow());
        uint128 needed = unitPrice == 0 ? 1 : unitPrice * MIN_UNITS;
        if (deposit < needed) revert DepositTooSmall(deposit, needed);

        orderId = ++orderCount;
        Order storage order = _orders[orderId];
        order.customer = msg.sender;
        order.endsAt = endsAt;
        order.status = Status.Open;
        order.slots = slots;
        order.manifestHash = manifestHash;
        order.authorityKeyHash = authorityKeyHash;
        order.deposit = deposit;
        order.unitPrice = unitPrice;
        emit OrderPlaced(orderId, msg.sender, manifestHash, deposit, unitPrice, slots, authorityKeyHash, endsAt, _count(order));

        VAULT.lock(orderId, msg.sender, deposit);
    }

    /// @notice Gives a slot to a provider, or takes it from one for another. Anyone may send what the authority signed.
    /// @param orderId The order.
    /// @param slot The slot, from 0.
    /// @param epoch Higher than the slot's current one.
    /// @param provider Who is paid for the slot.
    /// @param keyX The lease key, x.
    /// @param keyY The lease key, y.
    /// @param authority The authority's key and its signature over `leaseDigest`.
    function assignLease(
        uint64 orderId,
        uint8 slot,
        uint32 epoch,
        address provider,
        bytes32 keyX,
        bytes32 keyY,
        KeySignature calldata authority
    ) external {
        Order storage order = _active(orderId);
        if (order.reported) revert ReportAlreadySubmitted(orderId);
        if (slot >= order.slots) revert UnknownSlot(slot, order.slots);
        if (provider == address(0)) revert ZeroAddress();
        Lease storage lease = _leases[orderId][slot];
        if (epoch <= lease.epoch) revert StaleEpoch(epoch, lease.epoch);
        bytes32 keyHash = _keyHash(keyX, keyY);
        _checkSignature(authority, order.authorityKeyHash, leaseDigest(orderId, slot, epoch, provider, keyHash));

        bool first = lease.epoch == 0;
        lease.epoch = epoch;
        lease.provider = provider;
        lease.keyHash = keyHash;
        emit LeaseAssigned(orderId, slot, epoch, provider, keyHash, _count(order));
        if (first && ++order.leasedSlots == order.slots) {
            order.status = Status.Running;
            emit OrderRunning(orderId, _count(order));
        }
    }

    /// @notice Asks an order to stop. One that never ran is cancelled with a full refund; one that runs may still report.
    /// @param orderId The order, of the caller.
    function closeOrder(uint64 orderId) external {
        Order storage order = _known(orderId);
        if (msg.sender != order.customer) revert NotCustomer(msg.sender);
        if (order.status == Status.Running) {
            order.status = Status.Closing;
            emit OrderClosing(orderId, _count(order));
        } else if (order.status == Status.Open) {
            order.status = Status.Cancelled;
            order.refunded = order.deposit;
            emit OrderCancelled(orderId, order.deposit, _count(order));
            VAULT.release(orderId, order.customer, order.deposit);
        } else {
            revert WrongStatus(orderId, order.status);
        }
    }

    /// @notice Records what ran and how much of it, once. Anyone may send what slot 0's lease key signed.
    /// @param orderId The order.
    /// @param epoch Slot 0's current epoch.
    /// @param reportHash The hash of the integrity report.
    /// @param units The units of work done.
    /// @param key Slot 0's lease key and its signature over `reportDigest`.
    function submitReport(uint64 orderId, uint32 epoch, bytes32 reportHash, uint128 units, KeySignature calldata key) external {
        Order storage order = _started(orderId);
        if (order.reported) revert ReportAlreadySubmitted(orderId);
        Lease storage head = _leases[orderId][0];
        if (epoch != head.epoch) revert StaleEpoch(epoch, head.epoch);
        _checkSignature(key, head.keyHash, reportDigest(orderId, epoch, reportHash, units));

        order.reported = true;
        order.reportHash = reportHash;
        order.units = units;
        emit ReportSubmitted(orderId, epoch, reportHash, units, _count(order));
    }

    /// @notice Divides the deposit of an order that has reported: providers are credited for the units, in equal shares with the remainder
    /// to slot 0's, and the customer with the rest. Anyone may call.
    /// @param orderId The order.
    function settle(uint64 orderId) external {
        Order storage order = _started(orderId);
        if (!order.reported) revert NoReport(orderId);
        (uint128 paid, uint128 refunded) = _divide(order);
        order.status = Status.Completed;
        order.paid = paid;
        order.refunded = refunded;
        emit OrderSettled(orderId, paid, refunded, _count(order));

        uint128 share = paid / order.slots;
        uint128 headShare = paid - share * (order.slots - 1);
        if (headShare != 0) VAULT.release(orderId, _leases[orderId][0].provider, headShare);
        for (uint8 slot = 1; slot < order.slots && share != 0; slot++) {
            VAULT.release(orderId, _leases[orderId][slot].provider, share);
        }
        if (refunded != 0) VAULT.release(orderId, order.customer, refunded);
    }

    /// @notice Refunds an order that is past its end and has no report. Anyone may call.
    /// @param orderId The order.
    function expire(uint64 orderId) external {
        Order storage order = _active(orderId);
        if (order.reported) revert ReportAlreadySubmitted(orderId);
        if (_timeNow() < order.endsAt) revert NotYetEnded(order.endsAt, _timeNow());
        order.status = Status.Expired;
        order.refunded = order.deposit;
        emit OrderExpired(orderId, order.deposit, _count(order));
        VAULT.release(orderId, order.customer, order.deposit);
    }

    /// @notice An order; one that does not exist has status None.
    /// @param orderId The order.
    function getOrder(uint64 orderId) external view returns (Order memory) {
        return _orders[orderId];
    }

    /// @notice The current lease of a slot; one that never had a lease has epoch 0.
    /// @param orderId The order.
    /// @param slot The slot.
    function getLease(uint64 orderId, uint8 slot) external view returns (Lease memory) {
        return _leases[orderId][slot];
    }

    /// @notice What the authority signs to give a slot to a provider.
    /// @param orderId The order.
    /// @param slot The slot.
    /// @param epoch The epoch.
    /// @param provider The provider.
    /// @param keyHash SHA-256 of x‖y of the lease key.
    function leaseDigest(uint64 orderId, uint8 slot, uint32 epoch, address provider, bytes32 keyHash) public view returns (bytes32) {
        return sha256(abi.encode(LEASE_DOMAIN, block.chainid, address(this), orderId, slot, epoch, provider, keyHash));
    }

    /// @notice What slot 0's lease key signs to report.
    /// @param orderId The order.
    /// @param epoch Slot 0's epoch.
    /// @param reportHash The hash of the integrity report.
    /// @param units The units of work done.
    function reportDigest(uint64 orderId, uint32 epoch, bytes32 reportHash, uint128 units) public view returns (bytes32) {
        return sha256(abi.encode(REPORT_DOMAIN, block.chainid, address(this), orderId, epoch, reportHash, units));
    }

    function _divide(Order storage order) private view returns (uint128 paid, uint128 refunded) {
        uint256 earned = uint256(order.units) * order.unitPrice;
        // The cast keeps the value: it is below the deposit, a uint128.
        // forge-lint: disable-next-line(unsafe-typecast)
        paid = earned < order.deposit ? uint128(earned) : order.deposit;
        refunded = order.deposit - paid;
    }

    function _checkSignature(KeySignature calldata key, bytes32 expectedKeyHash, bytes32 digest) private view {
        bytes32 given = _keyHash(key.x, key.y);
        if (given != expectedKeyHash) revert WrongKey(given, expectedKeyHash);
        if (!P256.verify(digest, key.r, key.s, key.x, key.y)) revert BadSignature();
    }

    function _keyHash(bytes32 x, bytes32 y) private pure returns (bytes32) {
        return sha256(abi.encodePacked(x, y));
    }

    function _count(Order storage order) private returns (uint32) {
        return ++order.events;
    }

    function _known(uint64 orderId) private view returns (Order storage order) {
        order = _orders[orderId];
        if (order.status == Status.None) revert UnknownOrder(orderId);
    }

    function _active(uint64 orderId) private view returns (Order storage order) {
        order = _known(orderId);
        if (order.status > Status.Closing) revert WrongStatus(orderId, order.status);
    }

    function _started(uint64 orderId) private view returns (Order storage order) {
        order = _active(orderId);
        if (order.status == Status.Open) revert WrongStatus(orderId, order.status);
    }

    /// @dev Seconds; several blocks may share one. Validators can shift it by seconds, while ends are minutes or more away.
    function _timeNow() private view returns (uint64) {
        // forge-lint: disable-next-line(block-timestamp, unsafe-typecast)
        return uint64(block.timestamp);
    }
}
